"""Gidsfunctie: intake, provision check, warm referral or up to three guidance sessions."""
