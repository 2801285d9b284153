class LayerNorm(nn.Module):
    """Each token by the mean and variance of its features (Ba et al. 2016)."""

    def __init__(self, width, affine=True, epsilon=1e-5):
        super().__init__()
        self.width, self.epsilon = width, epsilon
        self.gain = weight(width) if affine else None
        self.bias = weight(width) if affine else None

    def forward(self, x):
        """(…, d) → (…, d)"""
        return F.layer_norm(x, (self.width,), self.gain, self.bias, self.epsilon)


class RMSNorm(nn.Module):
    """Each token by the root mean square of its features (Zhang & Sennrich 2019)."""

    def __init__(self, width, affine=True, epsilon=1e-5):
        super().__init__()
        self.epsilon = epsilon
        self.gain = weight(width) if affine else None

    def forward(self, x):
        """(…, d) → (…, d)"""
        y = x * (x.square().mean(-1, keepdim=True) + self.epsilon).rsqrt()
        return y if self.gain is None else y * self.gain


class BatchNorm(nn.Module):
    """Each feature by its mean and variance over all real tokens of the batch, or outside training by running ones (Ioffe & Szegedy 2015)."""

    def __init__(self, width, affine=True, epsilon=1e-5, momentum=0.1):
        super().__init__()
        self.epsilon, self.momentum = epsilon, momentum
        self.gain = weight(width) if affine else None
        self.bias = weight(width) if affine else None
        self.register_buffer("running_mean", torch.zeros(width))
        self.register_buffer("running_variance", torch.ones(width))

    def forward(self, x, mask=None):
        """x (…, d), mask (…) with 1 for real tokens → (…, d)"""
        mean, variance = self.running_mean, self.running_variance
        if self.training:
            real = torch.ones_like(x[..., :1]) if mask is None else mask[..., None]
            axes = tuple(range(x.ndim - 1))
            count = real.sum().clamp(min=1)
            mean = (x * real).sum(axes) / count
            variance = ((x - mean).square() * real).sum(axes) / count
            with torch.no_grad():
                self.running_mean.lerp_(mean, self.momentum)
                self.running_variance.lerp_(variance * count / (count - 1).clamp(min=1), self.momentum)
        y = (x - mean) * (variance + self.epsilon).rsqrt()
        return y if self.gain is None else y * self.gain + self.bias
