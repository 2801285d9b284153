"""
Goes on with the training from the step of the export:

    python train.py                                 one process, on the first accelerator or the CPU
    torchrun --nproc-per-node 4 train.py            several, each with a share of every batch (DDP)
    torchrun --nproc-per-node 4 train.py --fsdp     weights, gradients and moments are divided among them, too

Writes the folder `continued`, from which `--from continued` goes on.
"""

import argparse
import json
import math
import os
from pathlib import Path

import torch
import torch.distributed as dist
from safetensors.torch import load_file, save_file

from model import load

FOLDER = Path(__file__).parent


def rate_share(plan, step, steps):
    """The factor of the learning rate at a step, counted from 1, of `steps`: linear warm-up, then the schedule down to its floor."""
    kind, warmup, floor = plan["kind"], plan["warmup"], plan["floor"]
    peak = max(1, warmup) if kind == "inverse-square-root" else warmup + 1
    if step <= warmup:
        return step / peak
    since = step - peak
    progress = min(1, since / max(1, steps - warmup))
    shape = {
        "constant": lambda: 1,
        "linear": lambda: 1 - progress,
        "cosine": lambda: (1 + math.cos(math.pi * progress)) / 2,
        "inverse-square-root": lambda: math.sqrt(peak / (peak + since)),
        "step": lambda: plan["factor"] ** (since // plan["every"]),
    }[kind]()
    return floor + (1 - floor) * shape


class Batches:
    """The batches that the lab would draw, from the step of the export on; after them, the same ones again."""

    def __init__(self, folder, plan, device):
        self.data = load_file(folder / "data" / "batches.safetensors")
        self.first, self.accumulate, self.device = plan["first_batch"], plan["accumulate"], device
        self.count = len(self.data["targets"])
        self.told = False

    def of_step(self, step, rank=0, world=1):
        """The batches of a step, which are averaged; of each, every `world`-th sequence from `rank` on."""
        first = (step - 1) * self.accumulate + 1 - self.first
        if first + self.accumulate > self.count and not self.told:
            self.told = True
            if rank == 0:
                print(f"From step {step} on, the {self.count} batches of the export are repeated.", flush=True)
        return [self.share(self.at((first + part) % self.count), rank, world) for part in range(self.accumulate)]

    def at(self, index):
        batch = {name: values[index].to(self.device) for name, values in self.data.items()}
        return {name: values.long() if values.dtype == torch.int32 else values for name, values in batch.items()}

    def share(self, batch, rank, world):
        return {name: values[rank::world] for name, values in batch.items()}


def chosen(batch, names):
    return {name: batch[name] for name in names}


@torch.no_grad()
def roll_out(net, model, batch):
    """
    Teacher forcing with a share of truth below 1: where `truth` is 0, the input of the decoder is its own prediction. All positions are
    predicted at once, until nothing changes.
    """
    if "truth" not in batch:
        return batch
    own = batch["truth"] == 0
    tokens, training = batch["tokens"], model.training
    net.eval()
    for _ in range(tokens.shape[1] - 1):
        predictions = net(**{**chosen(batch, model.inputs), "tokens": tokens}).argmax(-1)
        rolled = torch.where(own, predictions.roll(1, 1), batch["tokens"])
        if same_everywhere(torch.equal(rolled, tokens), tokens.device):
            break
        tokens = rolled
    net.train(training)
    return {**batch, "tokens": tokens}


def same_everywhere(done, device):
    """Whether it is true in all processes: each must take part in the same number of passes."""
    if not dist.is_initialized():
        return done
    flag = torch.tensor(int(done), device=device)
    dist.all_reduce(flag, op=dist.ReduceOp.MIN)
    return bool(flag)


def total(values):
    """The sum over all processes."""
    if dist.is_initialized():
        dist.all_reduce(values)
    return values


def gradients(net, model, batches):
    """
    Leaves the gradients of the mean loss over all predictions that count, whatever the padding, in the batches of a step and in all
    processes; returns that loss.
    """
    world = dist.get_world_size() if dist.is_initialized() else 1
    net.zero_grad()
    sums = torch.zeros(2, device=next(model.parameters()).device)
    for batch in batches:
        batch = roll_out(net, model, batch)
        logits = net(**chosen(batch, model.inputs))
        losses, counted = model.losses(logits, **chosen(batch, model.judged))
        loss = (losses * counted).sum()
        loss.backward()  # DDP and FSDP take the mean over the processes
        sums += torch.stack([loss.detach(), counted.sum()])
    loss, count = total(sums)
    for parameter in model.parameters():
        if parameter.grad is not None:
            parameter.grad.mul_(world / count.clamp(min=1))
    return float(loss / count.clamp(min=1))


def make_optimiser(model, plan):
    """Weight decay applies to most matrices, not to biases, gains and learned positions."""
    settings = plan["optimiser"]
    decayed, others = [], []
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            (decayed if model.lab_name(name) in plan["decayed"] else others).append(parameter)
    groups = [{"params": decayed, "weight_decay": settings["weightDecay"]}, {"params": others, "weight_decay": 0.0}]
    groups = [group for group in groups if group["params"]]
    rate = plan["learningRate"]
    if settings["kind"] == "sgd":
        momentum = settings["momentum"]
        return torch.optim.SGD(groups, rate, momentum=momentum, nesterov=settings["nesterov"] and momentum > 0)
    kind = torch.optim.AdamW if settings["kind"] == "adamw" else torch.optim.Adam
    return kind(groups, rate, betas=(settings["beta1"], settings["beta2"]), eps=settings["epsilon"])


# Moments in the lab by their name here. The lab keeps those of Adam without the factors 1 − β, which saves a pass over them.
MOMENTS = {"momentum_buffer": "velocity", "exp_avg": "first", "exp_avg_sq": "second"}


def factors(plan):
    settings = plan["optimiser"]
    return {"momentum_buffer": 1.0, "exp_avg": 1 - settings.get("beta1", 0), "exp_avg_sq": 1 - settings.get("beta2", 0)}


def load_moments(path, model, optimiser, plan):
    kept = load_file(path) if path.exists() else {}
    for name, parameter in model.named_parameters():
        state = {
            moment: like(parameter, kept[key] * factors(plan)[moment])
            for moment, known in MOMENTS.items()
            if (key := f"optimiser/{known}/{model.lab_name(name)}") in kept
        }
        if "exp_avg" in state:
            state["step"] = torch.tensor(float(plan["step"]))
        if state:
            optimiser.state[parameter] = state


def like(parameter, values):
    """On the device of a parameter, and divided as it is."""
    values = values.to(parameter.device)
    if not hasattr(parameter, "placements"):
        return values
    from torch.distributed.tensor import distribute_tensor

    return distribute_tensor(values, parameter.device_mesh, parameter.placements)


def whole(values):
    """A tensor that may be divided among processes, on the CPU."""
    values = values.detach()
    return (values.full_tensor() if hasattr(values, "full_tensor") else values).cpu().contiguous()


def save(folder, model, optimiser, plan, rank):
    weights = {model.lab_name(name): whole(values) for name, values in model.state_dict().items()}
    moments = {
        f"optimiser/{known}/{model.lab_name(name)}": whole(optimiser.state[parameter][moment]) / factors(plan)[moment]
        for name, parameter in model.named_parameters()
        for moment, known in MOMENTS.items()
        if optimiser.state.get(parameter, {}).get(moment) is not None
    }
    if rank == 0:
        folder.mkdir(exist_ok=True)
        save_file(weights, folder / "weights.safetensors")
        save_file(moments, folder / "optimiser.safetensors")
        (folder / "training.json").write_text(json.dumps(plan, indent=2))


def train_step(net, model, optimiser, batches, rate, clip):
    """Returns the loss before the step and the norm of its gradient before clipping."""
    for group in optimiser.param_groups:
        group["lr"] = rate
    loss = gradients(net, model, batches)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), math.inf if clip is None else clip)
    optimiser.step()
    return loss, float(norm.full_tensor() if hasattr(norm, "full_tensor") else norm)


def divided(model, device):
    """FSDP: weights, gradients and moments are divided among the processes, and those of one block at a time are put together."""
    try:
        from torch.distributed.device_mesh import init_device_mesh
        from torch.distributed.fsdp import fully_shard

        mesh = init_device_mesh(device.type, (dist.get_world_size(),))
        for name, block in model.named_children():
            if name not in model.shared and any(True for _ in block.parameters()):
                fully_shard(block, mesh=mesh)
        return fully_shard(model, mesh=mesh)
    except (ImportError, RuntimeError, NotImplementedError) as error:
        raise SystemExit(f"--fsdp cannot run here ({error}). Leave it out, or use several GPUs and a current PyTorch.")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, help="further steps; those that the lab has left")
    parser.add_argument("--from", dest="start", type=Path, default=FOLDER, help="a folder written before")
    parser.add_argument("--out", type=Path, default=FOLDER / "continued", help="the folder to write")
    parser.add_argument("--device", help="cpu, cuda, mps …")
    parser.add_argument("--fsdp", action="store_true", help="divide weights, gradients and moments, too")
    asked = parser.parse_args()

    plan = json.loads((asked.start / "training.json").read_text())
    more = plan["steps"] - plan["step"] if asked.steps is None else asked.steps
    if more <= 0:
        raise SystemExit(f"All {plan['steps']} steps of the lab have been taken. Name a number of further ones: --steps 1000")
    last = plan["step"] + more
    plan["steps"] = max(plan["steps"], last)  # the schedule is stretched over what is added

    world, rank = int(os.environ.get("WORLD_SIZE", 1)), int(os.environ.get("RANK", 0))
    if asked.fsdp and "RANK" not in os.environ:
        raise SystemExit("--fsdp divides the model among processes: start it with torchrun --nproc-per-node N train.py --fsdp")
    if world > plan["batchSize"]:
        raise SystemExit(f"{world} processes cannot share batches of {plan['batchSize']} sequences. Start at most that many.")
    kind = asked.device or ("cuda" if torch.cuda.is_available() else "cpu")
    local = int(os.environ.get("LOCAL_RANK", 0))
    device = torch.device(kind, local) if kind == "cuda" else torch.device(kind)
    if "RANK" in os.environ:
        dist.init_process_group("nccl" if kind == "cuda" else "gloo")

    model = load(asked.start / "weights.safetensors").to(device)
    net = model
    if asked.fsdp:
        net = divided(model, device)
    elif dist.is_initialized():
        net = torch.nn.parallel.DistributedDataParallel(model)
        if rank == 0 and any(name.endswith("running_mean") for name, _ in model.named_buffers()):
            print("Batch norm takes the statistics of each process’s own share of a batch, so losses differ from those of one process.")
    optimiser = make_optimiser(model, plan)
    load_moments(asked.start / "optimiser.safetensors", model, optimiser, plan)
    batches = Batches(FOLDER, plan, device)

    net.train()
    torch.manual_seed(plan["seed"] + rank)  # of dropout
    for step in range(plan["step"] + 1, last + 1):
        rate = plan["learningRate"] * rate_share(plan["schedule"], step, plan["steps"])
        loss, norm = train_step(net, model, optimiser, batches.of_step(step, rank, world), rate, plan["clipNorm"])
        if rank == 0:
            print(json.dumps({"step": step, "loss": loss, "gradient_norm": norm, "learning_rate": rate}), flush=True)
    save(asked.out, model, optimiser, {**plan, "step": last}, rank)
    if dist.is_initialized():
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
