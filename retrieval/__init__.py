"""A question in, an answer with verbatim citations out."""
