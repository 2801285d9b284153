"""
Loads exported folders with transformers, offline, and compares: logits of one batch, tokens that are generated, and the tokens of texts.
Arguments: a folder for caches, then for each export its folder and one with what is expected. Prints one JSON object by folder.
"""

import json
import os
import sys
from pathlib import Path

os.environ["HF_MODULES_CACHE"] = os.path.join(sys.argv[1], "modules")  # the code in a folder is copied there

import torch
import transformers
from safetensors.torch import load_file
from transformers import AutoConfig, AutoModel, PreTrainedTokenizerFast

transformers.logging.set_verbosity_error()
NAMES = {"tokens": "input_ids", "mask": "attention_mask", "features": "features"}
NAMES_WITH_SOURCE = {
    **{"source": "input_ids", "source_mask": "attention_mask"},
    **{"tokens": "decoder_input_ids", "mask": "decoder_attention_mask"},
}


def logits_difference(model, expected):
    batch = {name.removeprefix("batch/"): values for name, values in expected.items() if name.startswith("batch/")}
    batch = {name: values.long() if values.dtype == torch.int32 else values for name, values in batch.items()}
    names = NAMES_WITH_SOURCE if "source" in batch else NAMES
    with torch.no_grad():
        output = model(**{names[name]: values for name, values in batch.items() if name in names})
        # A model without an output layer is compared by the products with its embeddings.
        found = output.logits if "logits" in output else output.last_hidden_state @ model.get_input_embeddings().weight.T
    theirs = expected["logits"].double()
    worst = (found.reshape(theirs.shape).double() - theirs).abs().max().item() / max(theirs.abs().max().item(), 1e-30)
    return worst if worst == worst else 1e30


def other_tokens(model, cases):
    """How many tokens differ from those that are expected."""
    wrong = 0
    model.generation_config.eos_token_id = None if not model.config.is_encoder_decoder else model.config.eos_token_id
    for case in cases:
        given, tokens = torch.tensor([case["given"]]), case["tokens"]
        if model.config.is_encoder_decoder:
            found = model.generate(given, torch.ones_like(given))[0].tolist()[1:]
            found = found[: found.index(model.config.eos_token_id)] if model.config.eos_token_id in found else found
        else:
            found = model.generate(given, attention_mask=torch.ones_like(given), max_new_tokens=len(tokens))[0].tolist()[len(case["given"]) :]
        wrong += sum(one != other for one, other in zip(found, tokens)) + abs(len(found) - len(tokens))
    return wrong


def other_texts(folder, cases):
    """How many texts have other tokens, or are decoded to other texts."""
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
    return sum(
        tokenizer(case["text"]).input_ids != case["ids"]
        or (case["decodes"] and tokenizer.decode(case["ids"]) != case["text"])
        for case in cases
    )


def compare(folder, expected):
    rest = json.loads((expected / "expected.json").read_text(encoding="utf-8"))
    config = AutoConfig.from_pretrained(folder, trust_remote_code=True)
    kind = AutoModel if hasattr(config, "auto_map") else getattr(transformers, config.architectures[0])
    model = kind.from_pretrained(folder, trust_remote_code=True, dtype=torch.float32).eval()
    found = {"logits": logits_difference(model, load_file(expected / "expected.safetensors"))}
    if rest["generated"]:
        found["generated tokens"] = other_tokens(model, rest["generated"])
    for place, cases in rest["tokenised"].items():
        if (folder / place / "tokenizer.json").exists():
            found["tokenised texts" if place == "." else f"tokenised texts ({place})"] = other_texts(folder / place, cases)
    return found


pairs = [Path(argument) for argument in sys.argv[2:]]
print(json.dumps({str(folder): compare(folder, expected) for folder, expected in zip(pairs[::2], pairs[1::2])}))
