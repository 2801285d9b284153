def gelu_tanh(x):
    """The approximation ½x·(1 + tanh(√(2/π)·(x + 0.044715x³))) (Hendrycks & Gimpel 2016), as in GPT-2."""
    return F.gelu(x, approximate="tanh")
