"""A model of Attention Lab that writes a sequence for a source, as transformers wants it. The model itself is in model.py."""

import torch
from torch.nn import functional as F
from transformers import PreTrainedModel
from transformers.modeling_outputs import Seq2SeqLMOutput

from .configuration_attention_lab import AttentionLabConfig
from .model import Model


class AttentionLabModel(PreTrainedModel):
    config_class = AttentionLabConfig

    def __init__(self, config):
        super().__init__(config)
        self.model = Model()
        self.post_init()

    def forward(self, input_ids, attention_mask=None, decoder_input_ids=None, decoder_attention_mask=None, labels=None, **unused):
        """The source (B, S) with its mask, and what is written so far (B, T) with its mask → logits (B, T, vocabulary)"""
        real = lambda ids, mask: torch.ones(ids.shape, device=ids.device) if mask is None else mask.float()
        given = {
            "tokens": decoder_input_ids,
            "mask": real(decoder_input_ids, decoder_attention_mask),
            "source": input_ids,
            "source_mask": real(input_ids, attention_mask),
        }
        logits = self.model(**{name: given[name] for name in self.model.inputs})
        loss = None if labels is None else F.cross_entropy(logits.flatten(0, 1), labels.flatten())
        return Seq2SeqLMOutput(loss=loss, logits=logits)

    @torch.no_grad()
    def generate(self, input_ids, attention_mask=None, max_length=None, **unused):
        """The most probable token, one after another, after the start token, up to the end token; always without sampling."""
        begin, end = self.config.decoder_start_token_id, self.config.eos_token_id
        written = torch.full((len(input_ids), 1), begin, device=input_ids.device)
        for _ in range(max_length or self.config.max_position_embeddings):
            logits = self(input_ids, attention_mask, written).logits[:, -1]
            logits[:, self.config.never_written] = -torch.inf
            following = torch.where((written == end).any(1), end, logits.argmax(-1))
            written = torch.cat([written, following[:, None]], 1)
            if (written == end).any(1).all() or written.shape[1] > self.config.max_position_embeddings:
                break
        return written
