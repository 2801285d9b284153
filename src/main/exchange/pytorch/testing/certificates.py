"""
What many exported folders show, in one process, as importing PyTorch takes seconds: their certificate, or for those with a model only, the
comparison of one batch, which the fixture then contains. Prints one JSON object by folder.
"""

import importlib
import json
import sys
import traceback
from pathlib import Path

import torch
from safetensors.torch import load_file

torch.set_num_threads(1)


def fresh(*names):
    for name in names:
        sys.modules.pop(name, None)
    return importlib.import_module(names[0])


def one_batch(folder, verify):
    fixture = load_file(folder / "fixture.safetensors")
    batch = {name.removeprefix("batch/"): values for name, values in fixture.items() if name.startswith("batch/")}
    batch = {name: values.long() if values.dtype == torch.int32 else values for name, values in batch.items()}
    model = fresh("model")
    return verify.at_one_point(lambda: model.load(folder / "weights.safetensors"), batch, fixture)


found, verify = {}, None
for folder in map(Path, sys.argv[1:]):
    sys.path.insert(0, str(folder))
    try:
        if (folder / "verify.py").exists():
            verify = fresh("verify", "train", "model")
            found[str(folder)] = verify.certificate()
        else:
            differences = one_batch(folder, verify)
            found[str(folder)] = {"passed": max(differences.values()) <= verify.TOLERANCE, "differences": differences}
    except (Exception, SystemExit):
        found[str(folder)] = {"passed": False, "error": traceback.format_exc()}
    sys.path.remove(str(folder))
print(json.dumps(found))
