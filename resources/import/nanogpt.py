"""Turns a checkpoint of nanoGPT into a folder that Attention Lab imports: python nanogpt.py ckpt.pt FOLDER [meta.pkl]

Needs PyTorch and safetensors. The checkpoint is read as data only. meta.pkl, the characters of a model that reads characters, is a pickle, which can
run code: give it only if you trust its origin. Without it, add the tokenizer.json of GPT-2 to the folder, or tokens are numbers.
"""

import json
import pickle
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file


def main(checkpoint, folder, meta=None):
    saved = torch.load(checkpoint, map_location="cpu", weights_only=True)
    args, states = saved["model_args"], {name.removeprefix("_orig_mod."): tensor.float() for name, tensor in saved["model"].items()}
    tensors = {}
    for name, tensor in states.items():
        if name.endswith(".attn.bias"):  # the causal mask
            continue
        # nanoGPT has nn.Linear (output, input) where GPT-2 has Conv1D (input, output).
        is_linear = name.startswith("transformer.h.") and tensor.dim() == 2
        tensors[name] = tensor.T.contiguous() if is_linear else tensor.contiguous()
    for name, tensor in list(tensors.items()):  # GPT-2 always has biases
        bias = name.removesuffix("weight") + "bias"
        if name.startswith(("transformer.h.", "transformer.ln_f.")) and bias not in tensors:
            tensors[bias] = torch.zeros(tensor.shape[-1])
    del tensors["lm_head.weight"]  # the embedding
    config = {
        "model_type": "gpt2",
        "architectures": ["GPT2LMHeadModel"],
        "activation_function": "gelu",
        "vocab_size": args["vocab_size"],
        "n_positions": args["block_size"],
        "n_embd": args["n_embd"],
        "n_layer": args["n_layer"],
        "n_head": args["n_head"],
        **{name: args["dropout"] for name in ["resid_pdrop", "embd_pdrop", "attn_pdrop"]},
    }
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})
    (folder / "config.json").write_text(json.dumps(config, indent=2), encoding="utf-8")
    if meta:
        ids = pickle.loads(Path(meta).read_bytes())["stoi"]
        split = {"type": "Split", "pattern": {"Regex": r"[\s\S]"}, "behavior": "Isolated", "invert": False}
        model = {"type": "WordLevel", "vocab": ids, "unk_token": "\0"}
        tokeniser = {"version": "1.0", "added_tokens": [], "pre_tokenizer": split, "decoder": {"type": "Fuse"}, "model": model}
        (folder / "tokenizer.json").write_text(json.dumps(tokeniser), encoding="utf-8")


if len(sys.argv) not in (3, 4):
    sys.exit(__doc__)
main(*sys.argv[1:])
