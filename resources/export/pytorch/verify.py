"""
Compares this folder with the numbers that Attention Lab computed for the same weights and batches (fixture.safetensors): logits, loss and
gradients of one batch, and further training steps, all without dropout, whose random numbers are other ones here. Prints the largest
relative differences as JSON, and ends with an error if one is above the tolerance.

    python verify.py
"""

import json
import platform
import sys

import torch
from safetensors import safe_open

from model import load
from train import FOLDER, Batches, chosen, load_moments, make_optimiser, rate_share, train_step

TOLERANCE = 1e-4


def difference(own, theirs, least=0.0):
    """The largest difference relative to the largest number of the tensor; `least` is the smallest scale."""
    own, theirs = torch.as_tensor(own).detach().double(), torch.as_tensor(theirs).double()
    if own.shape != theirs.shape:
        raise SystemExit(f"shapes differ: {tuple(own.shape)} and {tuple(theirs.shape)}")
    scale = max(theirs.abs().max().item(), least, 1e-30)
    worst = (own - theirs).abs().max().item() / scale
    return worst if worst == worst else float("inf")


def without_dropout(model):
    for module in model.modules():
        for rate in ("p", "dropout", "weight_dropout"):
            if isinstance(getattr(module, rate, None), float):
                setattr(module, rate, 0.0)
    return model


def at_one_point(fresh, batch, fixture):
    """Logits without training; loss, gradients and running statistics with it, of one batch. `fresh` gives the model."""
    model = without_dropout(fresh()).eval()
    with torch.no_grad():
        found = {"logits": difference(model(**chosen(batch, model.inputs)), fixture["logits"])}
    model.train()
    losses, counted = model.losses(model(**chosen(batch, model.inputs)), **chosen(batch, model.judged))
    loss = (losses * counted).sum() / counted.sum().clamp(min=1)
    loss.backward()
    found["loss"] = difference(loss, fixture["loss"][0])
    theirs = {name: values for name, values in fixture.items() if name.startswith("gradient/")}
    # A gradient that is zero but for rounding, such as that of a key bias, is no scale of its own.
    least = 1e-2 * max((values.abs().max().item() for values in theirs.values()), default=0.0)
    own = {f"gradient/{model.lab_name(name)}": each.grad for name, each in model.named_parameters() if each.grad is not None}
    if own.keys() != theirs.keys():
        raise SystemExit(f"gradients differ: {sorted(own.keys() ^ theirs.keys())}")
    found["gradients"] = max((difference(own[name], theirs[name], least) for name in theirs), default=0.0)
    running = {f"running/{model.lab_name(name)}": values for name, values in model.named_buffers()}
    if running:
        found["running statistics"] = max(difference(values, fixture[name]) for name, values in running.items())
    return found


def certificate(folder=FOLDER):
    plan = json.loads((folder / "training.json").read_text())
    with safe_open(folder / "fixture.safetensors", "pt") as file:
        fixture, steps = {name: file.get_tensor(name) for name in file.keys()}, int(file.metadata()["steps"])
    batches = Batches(folder, plan, torch.device("cpu"))
    fresh = lambda: load(folder / "weights.safetensors")
    found = at_one_point(fresh, batches.at(0), fixture)

    model = without_dropout(fresh()).train()
    optimiser = make_optimiser(model, plan)
    load_moments(folder / "optimiser.safetensors", model, optimiser, plan)
    course = []
    for step in range(plan["step"] + 1, plan["step"] + 1 + len(fixture["steps/loss"])):
        rate = plan["learningRate"] * rate_share(plan["schedule"], step, steps)
        course.append((*train_step(model, model, optimiser, batches.of_step(step), rate, plan["clipNorm"]), rate))
    for name, values in zip(("loss", "gradient_norm", "learning_rate"), zip(*course)):
        found[f"steps/{name}"] = difference(values, fixture[f"steps/{name}"])

    return {
        "passed": all(value <= TOLERANCE for value in found.values()),
        "tolerance": TOLERANCE,
        "steps": len(course),
        "differences": found,
        "machine": f"{platform.system()} {platform.machine()}",
        "versions": {"python": platform.python_version(), "torch": torch.__version__, "attention-lab": plan["version"]},
    }


if __name__ == "__main__":
    result = certificate()
    print(json.dumps(result, indent=2))
    sys.exit(0 if result["passed"] else 1)
