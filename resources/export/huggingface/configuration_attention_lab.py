"""The sizes of a model of Attention Lab. Its graph is in model.py."""

from transformers import PretrainedConfig


class AttentionLabConfig(PretrainedConfig):
    model_type = "attention-lab"

    def __init__(self, vocab_size=0, max_position_embeddings=0, **others):
        self.vocab_size = vocab_size
        self.max_position_embeddings = max_position_embeddings
        super().__init__(**others)
