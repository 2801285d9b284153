"""Generation by the benchmark's GPT in PyTorch, eager, with keys and values cached, as the peer of bench/generation.mjs.

Started with the model as JSON in its first argument. Each line on standard input requests tokens, `{"tokens": 20}`; each line on standard
output is the wall time and processor time they took. A full window goes on from its second half, as ours does. Uses the faster of one thread and all threads.
"""

import json
import os
import sys
import time

import torch
import torch.nn.functional as F
from pytorch import GPT


class Cached:
    """Decodes one sequence, token by token: keys and values of a layer are written into one tensor of the window's length."""

    def __init__(self, gpt, model):
        self.gpt, self.heads, self.length = gpt, model['heads'], model['length']
        size = (1, model['heads'], model['length'], model['width'] // model['heads'])
        self.cache = [(torch.zeros(size), torch.zeros(size)) for _ in gpt.layers]

    def logits(self, tokens, start):
        """Of the last of `tokens`, which are new, where `start` tokens are in the cache."""
        gpt, end = self.gpt, start + tokens.shape[1]
        x = gpt.embedding(tokens) + gpt.position[start:end]
        for layer, (keys, values) in zip(gpt.layers, self.cache):
            attention = layer.attention
            batch, count, width = x.shape
            query, key, value = (
                part.view(batch, count, self.heads, width // self.heads).transpose(1, 2)
                for part in attention.project(layer.norm_attention(x)).split(width, dim=2)
            )
            keys[:, :, start:end] = key
            values[:, :, start:end] = value
            y = F.scaled_dot_product_attention(query, keys[:, :, :end], values[:, :, :end], is_causal=count > 1)
            x = x + attention.output(y.transpose(1, 2).reshape(batch, count, width))
            x = x + layer.feed_forward(layer.norm_feed_forward(x))
        return gpt.classifier(gpt.norm(x[:, -1]))


def main():
    model = json.loads(sys.argv[1])
    torch.manual_seed(1)
    gpt = GPT(model['width'], model['layers'], model['heads'], model['length'], model['vocabulary']).eval()
    decoder = Cached(gpt, model)
    text, known = [0], 0

    @torch.inference_mode()
    def milliseconds(count):
        nonlocal text, known
        began, processor = time.perf_counter(), time.process_time()
        for _ in range(count):
            if len(text) > model['length']:
                text, known = text[-(model['length'] // 2) - (model['length'] % 2) :], 0
            logits = decoder.logits(torch.tensor([text[known:]]), known)
            known = len(text)
            text.append(torch.multinomial(torch.softmax(logits[0] / 0.8, 0), 1).item())
        return [1000 * (time.perf_counter() - began), 1000 * (time.process_time() - processor)]

    def best(threads):
        torch.set_num_threads(threads)
        milliseconds(20)
        return min(milliseconds(50)[0] for _ in range(3))

    cores = len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count() or 1
    threads = min({1, cores}, key=best)
    torch.set_num_threads(threads)
    answer = lambda message: print(json.dumps(message), flush=True)
    answer({'version': f'PyTorch {torch.__version__}', 'threads': threads})
    for line in sys.stdin:
        answer({'milliseconds': milliseconds(json.loads(line)['tokens'])})


if __name__ == '__main__':
    main()
