"""Gidsfunctie: intake, provision check, warm referral or up to three guidance sessions."""

import gc

# A tenth of a start went into looking for garbage among modules and routes, which all stay.
gc.set_threshold(5_000)
