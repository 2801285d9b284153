"""The certificates of many exported folders, in one process: importing PyTorch takes seconds. Prints one JSON object by folder."""

import json
import sys
import traceback

import torch

torch.set_num_threads(1)
found = {}
for folder in sys.argv[1:]:
    sys.path.insert(0, folder)
    for name in ("model", "train", "verify"):
        sys.modules.pop(name, None)
    try:
        import verify

        found[folder] = verify.certificate()
    except (Exception, SystemExit):
        found[folder] = {"passed": False, "error": traceback.format_exc()}
    sys.path.remove(folder)
print(json.dumps(found))
