"""What speaks: engines behind one Protocol, and the takes that they give."""
