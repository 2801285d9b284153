def weight(*shape):
    """A trained weight. Its numbers come from weights.safetensors."""
    return nn.Parameter(torch.zeros(shape))


def dense(x, weight, bias):
    """x·W + b over the last axis: (…, inputs) → (…, outputs)."""
    return x @ weight if bias is None else x @ weight + bias
