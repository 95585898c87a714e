"""Who asks, and what one can sign in with."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from app.dependencies import After, KnownCaller, Limit
from app.schemas.base import Page
from app.schemas.caller import CallerAnswer, SignInChoice
from app.services.paging import page_of
from app.services.sign_in import SignIns

router = APIRouter(tags=["callers"])


async def get_sign_ins(request: Request) -> SignIns:
    """Give what knows who signed in."""
    sign_ins: SignIns = request.app.state.sign_ins
    return sign_ins


SignInsDep = Annotated[SignIns, Depends(get_sign_ins)]


async def signed_in_until(request: Request) -> datetime | None:
    """Say when whoever signed in must do so again."""
    until: datetime | None = getattr(request.state, "signed_in_until", None)
    return until


@router.get("/caller")
async def read_caller(
    caller: KnownCaller, until: Annotated[datetime | None, Depends(signed_in_until)]
) -> CallerAnswer:
    """Say who asks: whoever the token or the sign-in stands for."""
    return CallerAnswer(
        id=caller.id,
        name=caller.name,
        roles=sorted(caller.roles),
        organisation=caller.organisation,
        region=caller.region,
        signed_in_until=until,
    )


@router.get("/sign-ins")
async def list_sign_ins(
    sign_ins: SignInsDep, after: After = None, limit: Limit = 25
) -> Page[SignInChoice]:
    """List what one can sign in with."""
    choices = [
        SignInChoice(id=one.id, name=one.name, kind="demo" if one.demo else "issuer")
        for one in sign_ins.choices()
    ]
    page, cursor = page_of(choices, after=after, limit=limit, key=lambda one: one.id)
    return Page(items=page, next=cursor)
