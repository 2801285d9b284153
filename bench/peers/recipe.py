"""nanoGPT's CPU recipe for characters, in PyTorch: the same model, schedule and data split as the lab `characters`.

    python3 bench/peers/recipe.py TEXT [SEED]

Four layers of four heads, width 128, 64 characters, batches of 12, 2,000 iterations; AdamW (0.9, 0.99), decay 0.1 on matrices, clipping
at 1, 100 steps of warm-up, then cosine decay from 1e-3 to 1e-4. The last tenth is the validation set; its loss is the mean over at most 512
evenly spread windows. Prints one JSON line. Times ten steps with one thread and with all, and uses the faster.
"""

import json
import math
import sys
import time

import torch
import torch.nn.functional as F

from pytorch import GPT

LENGTH, BATCH, STEPS, WARMUP, RATE, FLOOR = 64, 12, 2000, 100, 1e-3, 0.1

with open(sys.argv[1], encoding='utf-8') as file:
    text = file.read()
torch.manual_seed(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
vocabulary = sorted(set(text))
ids = {character: i for i, character in enumerate(vocabulary)}
data = torch.tensor([ids[character] for character in text])
split = len(data) - len(data) // 10
train, held_out = data[:split], data[split:]

model = GPT(width=128, layers=4, heads=4, length=LENGTH, vocabulary=len(vocabulary))
with torch.no_grad():  # nanoGPT's initialisation
    for name, parameter in model.named_parameters():
        if parameter.dim() > 1:
            parameter.normal_(0, 0.02 / math.sqrt(8) if name.endswith(('output.weight', 'feed_forward.2.weight')) else 0.02)
        elif name.endswith('bias'):
            parameter.zero_()
decayed = [parameter for parameter in model.parameters() if parameter.dim() > 1]
others = [parameter for parameter in model.parameters() if parameter.dim() == 1]
optimiser = torch.optim.AdamW([{'params': decayed, 'weight_decay': 0.1}, {'params': others, 'weight_decay': 0}], RATE, (0.9, 0.99))


def rate(step):
    if step <= WARMUP:
        return RATE * step / (WARMUP + 1)
    return RATE * (FLOOR + (1 - FLOOR) * (1 + math.cos(math.pi * (step - 1 - WARMUP) / (STEPS - WARMUP))) / 2)


def loss_of(source, starts):
    tokens = torch.stack([source[start : start + LENGTH] for start in starts])
    targets = torch.stack([source[start + 1 : start + 1 + LENGTH] for start in starts])
    return F.cross_entropy(model(tokens).flatten(0, 1), targets.flatten())


def take(step):
    for group in optimiser.param_groups:
        group['lr'] = rate(step)
    loss = loss_of(train, torch.randint(len(train) - LENGTH, (BATCH,)).tolist())
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1)
    optimiser.step()


def seconds_for(steps):
    began = time.perf_counter()
    for step in steps:
        take(step)
    return time.perf_counter() - began


began = time.perf_counter()
counts = sorted({1, torch.get_num_threads()})
done, pace = 0, {}
for threads in counts:
    torch.set_num_threads(threads)
    seconds_for(range(done + 1, done + 4))
    pace[threads] = seconds_for(range(done + 4, done + 14))
    done += 13
torch.set_num_threads(min(pace, key=pace.get))
seconds_for(range(done + 1, STEPS + 1))
wall = time.perf_counter() - began

windows = (len(held_out) - 1) // LENGTH
starts = [LENGTH * (i * windows // min(windows, 512)) for i in range(min(windows, 512))]
with torch.no_grad():
    losses = [float(loss_of(held_out, starts[i : i + 64])) * len(starts[i : i + 64]) for i in range(0, len(starts), 64)]
print(
    json.dumps(
        {
            'torch': torch.__version__,
            'threads': torch.get_num_threads(),
            'seconds': wall,
            'msPerStep': 1000 * wall / STEPS,
            'heldOutLoss': sum(losses) / len(starts),
        }
    )
)
