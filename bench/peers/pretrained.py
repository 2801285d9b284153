"""The peer of bench/pretrained.mjs: 100 greedy tokens by transformers, with its cache. Prints seconds to the first token, and tokens a second after it."""

import json
import sys
import time

began = time.perf_counter()
import torch
from transformers import AutoModelForCausalLM

model = AutoModelForCausalLM.from_pretrained(sys.argv[1], dtype=torch.float32).eval()
ids = torch.tensor([[8086, 1463, 318]])
settings = dict(do_sample=False, pad_token_id=0, eos_token_id=None)
with torch.no_grad():
    model.generate(ids, max_new_tokens=1, **settings)
    first = time.perf_counter() - began
    start = time.perf_counter()
    model.generate(ids, max_new_tokens=100, **settings)
print(json.dumps({"first": first, "rate": 100 / (time.perf_counter() - start)}))
