"""A model of Attention Lab that predicts the next token, as transformers wants it. The model itself is in model.py."""

import torch
from torch.nn import functional as F
from transformers import GenerationMixin, PreTrainedModel
from transformers.modeling_outputs import CausalLMOutput

from .configuration_attention_lab import AttentionLabConfig
from .model import Model


class AttentionLabModel(PreTrainedModel, GenerationMixin):
    config_class = AttentionLabConfig

    def __init__(self, config):
        super().__init__(config)
        self.model = Model()
        self.post_init()

    def prepare_inputs_for_generation(self, input_ids, attention_mask=None, **unused):
        """The window that is read. When it is full, it goes on from its second half, as in Attention Lab."""
        longest = self.config.max_position_embeddings
        stride = max(1, longest // 2)
        start = stride * -(-max(0, input_ids.shape[1] - longest) // stride)
        return {"input_ids": input_ids[:, start:], "attention_mask": attention_mask}

    def forward(self, input_ids, attention_mask=None, labels=None, **unused):
        """Token ids (B, T), attention_mask (B, T) with 1 for real tokens → logits (B, T, vocabulary)"""
        mask = torch.ones(input_ids.shape, device=input_ids.device) if attention_mask is None else attention_mask.float()
        if "mask" not in self.model.inputs and not mask.all():
            raise ValueError("This model was trained without padding. Give it texts of the same number of tokens, or one at a time.")
        given = {"tokens": input_ids, "mask": mask}
        logits = self.model(**{name: given[name] for name in self.model.inputs})
        loss = None if labels is None else F.cross_entropy(logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten())
        return CausalLMOutput(loss=loss, logits=logits)
