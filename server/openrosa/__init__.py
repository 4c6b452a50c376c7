"""The phone's protocol: form list, manifest, submission. Only wire format, no decisions."""
