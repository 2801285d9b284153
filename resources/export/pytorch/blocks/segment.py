class Segments(nn.Module):
    """Adds a learned vector for each part of a sequence (Devlin et al. 2019). A part ends with its separator; the last vector is shared."""

    def __init__(self, segments, width, separator):
        super().__init__()
        self.separator = separator
        self.segments = weight(segments, width)

    def forward(self, x, ids):
        """x (B, T, d), ids (B, T) → (B, T, d)"""
        ends = (ids == self.separator).long()
        earlier = ends.cumsum(1) - ends  # parts that ended before
        return x + F.embedding(earlier.clamp(max=len(self.segments) - 1), self.segments)
