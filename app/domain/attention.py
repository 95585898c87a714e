"""What of an adviser's cases waits for somebody."""

from enum import StrEnum


class Attention(StrEnum):
    """Why a case is to be looked at. Of a case that is closed nothing is.

    to_hand_over: a referral was proposed and not handed over. referral_waiting: a desk has it and
    has not answered. referral_declined: a desk declined or did not answer in time, and nothing
    came of the case since. no_next_step: no referral and no session is under way.
    """

    to_hand_over = "to_hand_over"
    referral_waiting = "referral_waiting"
    referral_declined = "referral_declined"
    no_next_step = "no_next_step"
