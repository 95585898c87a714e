"""The rule of annex 3, section 3.e: pure functions over values, standard library only."""
