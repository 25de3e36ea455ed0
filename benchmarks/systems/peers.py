"""The other systems, used as their documentation says, with its batch sizes and defaults.

Runs in the peers' own environment; nothing of Footnote is imported.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from benchmarks.systems.measuring import Chunk, Vectors


class LangChain:
    """LangChain with its FAISS store: a flat index, documents in a dictionary."""

    packages = ("langchain-core", "langchain-community", "langchain-huggingface", "faiss-cpu")
    variant = ""

    def __init__(self, model: Path) -> None:
        """Load the model."""
        from langchain_huggingface import HuggingFaceEmbeddings

        self.embeddings = HuggingFaceEmbeddings(model_name=str(model))

    def index(self, chunks: Sequence[Chunk], folder: Path, vectors: Vectors | None = None) -> None:
        """Index chunks anew and make this what is searched."""
        from langchain_community.vectorstores import FAISS

        keys, texts = zip(*chunks, strict=True)
        if vectors is None:
            self.store = FAISS.from_texts(list(texts), self.embeddings, ids=list(keys))
        else:
            pairs = list(zip(texts, vectors.tolist(), strict=True))
            self.store = FAISS.from_embeddings(pairs, self.embeddings, ids=list(keys))
        self.store.save_local(str(folder))

    def search(self, query: str, k: int) -> list[str]:
        """Return the ids of the `k` chunks that fit best, best first."""
        return [str(document.id) for document in self.store.similarity_search(query, k=k)]


class LlamaIndex:
    """LlamaIndex with its default store: vectors in lists, saved as JSON."""

    packages: tuple[str, ...] = ("llama-index-core", "llama-index-embeddings-huggingface")
    variant = ""

    def __init__(self, model: Path) -> None:
        """Load the model."""
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding

        self.embed_model = HuggingFaceEmbedding(model_name=str(model))

    def storage(self) -> Any:
        """Return where LlamaIndex keeps what it indexes."""
        from llama_index.core import StorageContext

        return StorageContext.from_defaults()

    def index(self, chunks: Sequence[Chunk], folder: Path, vectors: Vectors | None = None) -> None:
        """Index chunks anew and make this what is searched."""
        from llama_index.core import VectorStoreIndex
        from llama_index.core.schema import TextNode

        ready = [None] * len(chunks) if vectors is None else vectors.tolist()
        nodes = [
            TextNode(id_=key, text=text, embedding=vector)
            for (key, text), vector in zip(chunks, ready, strict=True)
        ]
        self.built = VectorStoreIndex(
            nodes, storage_context=self.storage(), embed_model=self.embed_model
        )
        self.built.storage_context.persist(persist_dir=str(folder))

    def search(self, query: str, k: int) -> list[str]:
        """Return the ids of the `k` chunks that fit best, best first."""
        found = self.built.as_retriever(similarity_top_k=k).retrieve(query)
        return [str(result.node.node_id) for result in found]


class LlamaIndexFaiss(LlamaIndex):
    """LlamaIndex with its FAISS store: a flat index."""

    packages = (*LlamaIndex.packages, "llama-index-vector-stores-faiss", "faiss-cpu")

    def storage(self) -> Any:
        """Return where LlamaIndex keeps what it indexes."""
        import faiss
        from llama_index.core import StorageContext
        from llama_index.vector_stores.faiss import FaissVectorStore

        dimension = len(self.embed_model.get_query_embedding("dimension"))
        store = FaissVectorStore(faiss_index=faiss.IndexFlatL2(dimension))
        return StorageContext.from_defaults(vector_store=store)


class Txtai:
    """txtai with its default FAISS index, and the content in SQLite."""

    packages = ("txtai", "faiss-cpu", "transformers")
    variant = ""
    options: ClassVar[dict[str, Any]] = {}

    def __init__(self, model: Path) -> None:
        """Load the model."""
        self.path = str(model)
        self.models: dict[str, Any] = {}  # loaded once, as txtai does for its own subindexes

    def index(self, chunks: Sequence[Chunk], folder: Path, vectors: Vectors | None = None) -> None:
        """Index chunks anew and make this what is searched."""
        from txtai import Embeddings

        config = {"path": self.path, "content": True, **self.options}
        self.embeddings = Embeddings(config, models=self.models)
        encode = self.embeddings.model.encode
        if vectors is not None:
            known = dict(zip((text for _, text in chunks), vectors, strict=True))
            self.embeddings.model.encode = lambda texts, *_: np.array([known[t] for t in texts])
        self.embeddings.index(chunks)
        self.embeddings.model.encode = encode
        self.embeddings.save(str(folder))

    def search(self, query: str, k: int) -> list[str]:
        """Return the ids of the `k` chunks that fit best, best first."""
        return [str(found["id"]) for found in self.embeddings.search(query, k)]


class TxtaiHybrid(Txtai):
    """txtai with BM25 beside the vectors."""

    options: ClassVar[dict[str, Any]] = {"hybrid": True}


class Chroma:
    """Chroma's persistent client: HNSW and SQLite."""

    packages = ("chromadb", "sentence-transformers")
    variant = ""

    def __init__(self, model: Path) -> None:
        """Load the model."""
        from chromadb.utils.embedding_functions import SentenceTransformerEmbeddingFunction

        self.embed = SentenceTransformerEmbeddingFunction(model_name=str(model))

    def index(self, chunks: Sequence[Chunk], folder: Path, vectors: Vectors | None = None) -> None:
        """Index chunks anew and make this what is searched."""
        import chromadb
        from chromadb.utils.batch_utils import create_batches

        client = chromadb.PersistentClient(path=str(folder))
        self.collection = client.create_collection("chunks", embedding_function=self.embed)
        keys, texts = map(list, zip(*chunks, strict=True))
        ready = None if vectors is None else list(vectors)
        for batch in create_batches(client, ids=keys, documents=texts, embeddings=ready):
            ids, embeddings, _, documents = batch
            self.collection.add(ids=ids, embeddings=embeddings, documents=documents)

    def search(self, query: str, k: int) -> list[str]:
        """Return the ids of the `k` chunks that fit best, best first."""
        return list(self.collection.query(query_texts=[query], n_results=k)["ids"][0])


class Haystack:
    """Haystack with its store in memory, saved as JSON."""

    packages = ("haystack-ai", "sentence-transformers-haystack")
    variant = ""

    def __init__(self, model: Path) -> None:
        """Load the model."""
        from haystack_integrations.components.embedders.sentence_transformers import (
            SentenceTransformersDocumentEmbedder,
            SentenceTransformersTextEmbedder,
        )

        self.documents = SentenceTransformersDocumentEmbedder(model=str(model), progress_bar=False)
        self.queries = SentenceTransformersTextEmbedder(model=str(model), progress_bar=False)
        self.documents.warm_up()
        self.queries.warm_up()

    def index(self, chunks: Sequence[Chunk], folder: Path, vectors: Vectors | None = None) -> None:
        """Index chunks anew and make this what is searched."""
        from haystack import Document
        from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
        from haystack.document_stores.in_memory import InMemoryDocumentStore

        store = InMemoryDocumentStore()
        if vectors is None:
            documents = [Document(id=key, content=text) for key, text in chunks]
            documents = self.documents.run(documents=documents)["documents"]
        else:
            documents = [
                Document(id=key, content=text, embedding=vector)
                for (key, text), vector in zip(chunks, vectors.tolist(), strict=True)
            ]
        store.write_documents(documents)
        folder.mkdir(parents=True)
        store.save_to_disk(str(folder / "store.json"))
        self.retriever = InMemoryEmbeddingRetriever(store)

    def search(self, query: str, k: int) -> list[str]:
        """Return the ids of the `k` chunks that fit best, best first."""
        vector = self.queries.run(text=query)["embedding"]
        found = self.retriever.run(query_embedding=vector, top_k=k)["documents"]
        return [str(document.id) for document in found]


class SentenceTransformersFaiss:
    """No framework: sentence-transformers, a flat FAISS index, the texts as JSON."""

    packages = ("sentence-transformers", "faiss-cpu", "torch")
    variant = ""

    def __init__(self, model: Path) -> None:
        """Load the model."""
        from sentence_transformers import SentenceTransformer

        self.model = SentenceTransformer(str(model))

    def index(self, chunks: Sequence[Chunk], folder: Path, vectors: Vectors | None = None) -> None:
        """Index chunks anew and make this what is searched."""
        import faiss

        if vectors is None:
            vectors = self.model.encode([text for _, text in chunks], show_progress_bar=False)
        self.keys = [key for key, _ in chunks]
        self.vectors = faiss.IndexFlatIP(vectors.shape[1])
        self.vectors.add(vectors)
        folder.mkdir(parents=True)
        faiss.write_index(self.vectors, str(folder / "vectors.faiss"))
        (folder / "chunks.json").write_text(json.dumps(list(chunks)), "utf-8")

    def search(self, query: str, k: int) -> list[str]:
        """Return the ids of the `k` chunks that fit best, best first."""
        _, places = self.vectors.search(self.model.encode([query], show_progress_bar=False), k)
        return [self.keys[place] for place in places[0]]
