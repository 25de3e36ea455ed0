"""The Gradio page and the public endpoints: the only package that touches Gradio."""
