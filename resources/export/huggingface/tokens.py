"""A model of Attention Lab with a class for every token, as transformers wants it. The model itself is in model.py."""

import torch
from torch.nn import functional as F
from transformers import PreTrainedModel
from transformers.modeling_outputs import TokenClassifierOutput

from .configuration_attention_lab import AttentionLabConfig
from .model import Model


class AttentionLabModel(PreTrainedModel):
    config_class = AttentionLabConfig

    def __init__(self, config):
        super().__init__(config)
        self.model = Model()
        self.post_init()

    def forward(self, input_ids=None, attention_mask=None, features=None, labels=None, **unused):
        """Token ids (B, T) or numbers (B, T, n), attention_mask (B, T) with 1 for real tokens → logits (B, T, class)"""
        first = input_ids if features is None else features[..., 0]
        mask = torch.ones(first.shape, device=first.device) if attention_mask is None else attention_mask.float()
        given = {"tokens": input_ids, "mask": mask, "features": features}
        logits = self.model(**{name: given[name] for name in self.model.inputs})
        loss = None if labels is None else F.cross_entropy(logits.flatten(0, 1), labels.flatten())
        return TokenClassifierOutput(loss=loss, logits=logits)
