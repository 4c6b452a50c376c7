"""Review states, comments, decisions and the evidence that they rest on."""
