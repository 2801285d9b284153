"""The benchmark's GPT in PyTorch, eager, with modules as in PyTorch's documentation, and AdamW.

Started by `attention-lab bench` with the model as JSON in its first argument. Each line on standard input requests steps,
`{"steps": 20}`; each line on standard output is the result. Times one thread and all threads, and uses the faster.
"""

import json
import math
import os
import resource
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F


class Attention(nn.Module):
    def __init__(self, width, heads, length):
        super().__init__()
        self.heads = heads
        self.project = nn.Linear(width, 3 * width)
        self.output = nn.Linear(width, width)
        self.register_buffer('forbidden', torch.triu(torch.ones(length, length, dtype=torch.bool), 1))

    def forward(self, x):
        batch, length, width = x.shape
        queries, keys, values = (
            part.view(batch, length, self.heads, width // self.heads).transpose(1, 2)
            for part in self.project(x).split(width, dim=2)
        )
        if hasattr(F, 'scaled_dot_product_attention'):
            y = F.scaled_dot_product_attention(queries, keys, values, is_causal=True)
        else:
            scores = queries @ keys.transpose(-2, -1) / math.sqrt(width // self.heads)
            y = scores.masked_fill(self.forbidden, float('-inf')).softmax(-1) @ values
        return self.output(y.transpose(1, 2).reshape(batch, length, width))


class Layer(nn.Module):
    def __init__(self, width, heads, length):
        super().__init__()
        self.norm_attention = nn.LayerNorm(width)
        self.attention = Attention(width, heads, length)
        self.norm_feed_forward = nn.LayerNorm(width)
        self.feed_forward = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x):
        x = x + self.attention(self.norm_attention(x))
        return x + self.feed_forward(self.norm_feed_forward(x))


class GPT(nn.Module):
    def __init__(self, width, layers, heads, length, vocabulary):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.position = nn.Parameter(0.02 * torch.randn(length, width))
        self.layers = nn.Sequential(*(Layer(width, heads, length) for _ in range(layers)))
        self.norm = nn.LayerNorm(width)
        self.classifier = nn.Linear(width, vocabulary)

    def forward(self, tokens):
        return self.classifier(self.norm(self.layers(self.embedding(tokens) + self.position)))


def matmul_peak():
    """Best of several measurements of a square matrix product, in GFLOP/s."""
    size = 1024
    a, b = torch.randn(size, size), torch.randn(size, size)
    best = math.inf
    for _ in range(8):
        began = time.perf_counter()
        a @ b
        best = min(best, time.perf_counter() - began)
    return 2 * size**3 / best / 1e9


def peak_bytes():
    """On Linux, ru_maxrss includes the memory of the parent at the fork."""
    try:
        with open('/proc/self/status') as status:
            return 1024 * next(int(line.split()[1]) for line in status if line.startswith('VmHWM'))
    except OSError:
        unit = 1 if sys.platform == 'darwin' else 1024
        return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main():
    model = json.loads(sys.argv[1])
    batch, length, vocabulary = model['batch'], model['length'], model['vocabulary']
    torch.manual_seed(1)
    gpt = GPT(model['width'], model['layers'], model['heads'], length, vocabulary)
    optimiser = torch.optim.AdamW(gpt.parameters(), lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01)

    def milliseconds():
        began = time.perf_counter()
        tokens = torch.randint(vocabulary, (batch, length + 1))
        logits = gpt(tokens[:, :-1])
        loss = F.cross_entropy(logits.reshape(-1, vocabulary), tokens[:, 1:].reshape(-1))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        loss.item()
        return 1000 * (time.perf_counter() - began)

    def median(threads):
        torch.set_num_threads(threads)
        milliseconds()
        return sorted(milliseconds() for _ in range(5))[2]

    cores = len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count() or 1
    torch.set_num_threads(cores)
    peak = matmul_peak()
    threads = min({1, cores}, key=median)
    torch.set_num_threads(threads)

    answer = lambda message: print(json.dumps(message), flush=True)
    answer({'version': f'PyTorch {torch.__version__}', 'threads': threads, 'gigaflops': peak})
    for line in sys.stdin:
        times = [milliseconds() for _ in range(json.loads(line)['steps'])]
        answer({'milliseconds': times, 'peakBytes': peak_bytes()})


if __name__ == '__main__':
    main()
