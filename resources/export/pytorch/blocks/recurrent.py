# Cells: from W·x + b and U·h + c, both (B, gates · w), the state h and the cell state, both (B, w), to the next two.


def rnn(inputs, hidden, state, cell):
    """Elman 1990."""
    return (inputs + hidden).tanh(), cell


def gru(inputs, hidden, state, cell):
    """Cho et al. 2014. Gates: reset, update, new."""
    reset, update, new = inputs.chunk(3, -1)
    hidden_reset, hidden_update, hidden_new = hidden.chunk(3, -1)
    fresh = (new + (reset + hidden_reset).sigmoid() * hidden_new).tanh()
    return fresh + (update + hidden_update).sigmoid() * (state - fresh), cell


def lstm(inputs, hidden, state, cell):
    """Hochreiter & Schmidhuber 1997. Gates: input, forget, candidate, output."""
    enter, keep, candidate, output = (inputs + hidden).chunk(4, -1)
    cell = keep.sigmoid() * cell + enter.sigmoid() * candidate.tanh()
    return output.sigmoid() * cell.tanh(), cell


class Recurrent(nn.Module):
    """A state that is carried from token to token, forward, backward or both. Padding does not change it."""

    def __init__(self, inputs, width, cell, gates, ways=("forward",)):
        super().__init__()
        self.width, self.cell, self.ways = width, cell, ways
        for way in ways:
            setattr(self, way + "_input", weight(inputs, gates * width))
            setattr(self, way + "_input_bias", weight(gates * width))
            setattr(self, way + "_hidden", weight(width, gates * width))
            setattr(self, way + "_hidden_bias", weight(gates * width))

    def read(self, x, mask, state, way):
        """One direction: all states (B, T, w) in the order of the tokens, and the last one (B, w)."""
        inputs = dense(x, getattr(self, way + "_input"), getattr(self, way + "_input_bias"))
        states, cell = [None] * x.shape[1], torch.zeros_like(state)
        for t in range(x.shape[1]) if way == "forward" else reversed(range(x.shape[1])):
            hidden = dense(state, getattr(self, way + "_hidden"), getattr(self, way + "_hidden_bias"))
            after = self.cell(inputs[:, t], hidden, state, cell)
            if mask is None:
                state, cell = after
            else:
                real = mask[:, t, None] != 0
                state, cell = torch.where(real, after[0], state), torch.where(real, after[1], cell)
            states[t] = state
        return torch.stack(states, 1), state

    def forward(self, x, mask=None, initial=None):
        """x (B, T, d), mask (B, T), initial state (B, w) → states (B, T, w) and the last one (B, w); w for each direction"""
        if initial is None:
            initial = x.new_zeros(x.shape[0], self.width * len(self.ways))
        read = [self.read(x, mask, start, way) for start, way in zip(initial.split(self.width, -1), self.ways)]
        return torch.cat([states for states, _ in read], -1), torch.cat([last for _, last in read], -1)
