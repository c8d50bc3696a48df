"""The nano family: small Llama-style models that are trained here from scratch, and a light engine that runs them on numpy.

A checkpoint is an ordinary Hugging Face folder (``config.json``, ``model.safetensors``, ``tokenizer.json``, ``chat_template.jinja``), so transformers, vLLM
and anybody's tools load it, too.
"""
