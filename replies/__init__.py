"""The words that go out: catalogue, rendering, composing, and the way of an outgoing letter to the relay."""
