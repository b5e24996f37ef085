"""What the dashboard remembers: the only folder that touches session state and caches.

Rows of a customer list live in the drawer of the session that brought them and nowhere else; what is shared between
sessions (the desk with its open models) holds no rows. A sample's name, the model and the customer travel in the
address, so that a reload or a link finds them again; an uploaded list does not, and is gone with its session.
"""

from app.state.address import (
    begin_tour,
    carry_address,
    end_tour,
    follow,
    followed,
    open_customer,
    opened_customer,
    tour_step,
)
from app.state.drawers import ListInHand
from app.state.reckoned import (
    asked_model,
    choose_model,
    chosen_model,
    explained,
    exploring,
    kept,
    latest,
    likely_model,
    model_names,
    of_ranked,
    planned,
    ranked,
    ranked_by,
    reading,
)
from app.state.session import (
    SAMPLES,
    chest,
    confirm_mapping,
    desk,
    drawer,
    free_upload,
    held,
    in_hand,
    in_hand_said,
    let_go,
    may,
    recall,
    remember,
    sample_files,
    shared_desk,
    take,
    take_sample,
    tell,
    was_let_go,
    who,
)
from app.state.visitor import (
    choose_language,
    is_open_to_the_network,
    language,
    locale,
    provider_is_set,
    signed_in_address,
)

__all__ = [
    "SAMPLES",
    "ListInHand",
    "asked_model",
    "begin_tour",
    "carry_address",
    "chest",
    "choose_language",
    "choose_model",
    "chosen_model",
    "confirm_mapping",
    "desk",
    "drawer",
    "end_tour",
    "explained",
    "exploring",
    "follow",
    "followed",
    "free_upload",
    "held",
    "in_hand",
    "in_hand_said",
    "is_open_to_the_network",
    "kept",
    "language",
    "latest",
    "let_go",
    "likely_model",
    "locale",
    "may",
    "model_names",
    "of_ranked",
    "open_customer",
    "opened_customer",
    "planned",
    "provider_is_set",
    "ranked",
    "ranked_by",
    "reading",
    "recall",
    "remember",
    "sample_files",
    "shared_desk",
    "signed_in_address",
    "take",
    "take_sample",
    "tell",
    "tour_step",
    "was_let_go",
    "who",
]
<<<<<<< HEAD
=======
T = TypeVar("T")
CARRIED = ("sample", "model", "customer")


@st.cache_resource
def shared_desk() -> Desk:
    """The desk of the whole process: its open models are shared, it works for nobody on screen."""
    return Desk()


@st.cache_resource
def chest() -> Chest:
    """All sessions' drawers."""
    return Chest()


def who() -> Any:
    """Who sits in front of this screen; a refusal where that has to be known and is not."""
    return who_visits(shared_desk())


def may(act: str) -> bool:
    """Whether who sits in front of this screen may do that; screens leave out what is denied."""
    return desk().who.may(act)


def desk() -> Desk:
    """The counter every screen asks, working for whoever sits in front of it."""
    visitor = who()
    known, theirs = st.session_state.get("desk", (None, None))
    shared = shared_desk()
    if known != (visitor, id(shared)):
        theirs = shared.working_for(visitor)
        st.session_state["desk"] = ((visitor, id(shared)), theirs)
    return theirs


def drawer() -> Drawer:
    """What this session has in hand."""
    if "drawer" not in st.session_state:
        st.session_state["drawer"] = chest().drawer()
    return st.session_state["drawer"]


def held() -> ListInHand:
    """The list in hand, where there has to be one."""
    found = drawer().held
    assert found is not None, "ask need_list first"
    return found


def in_hand() -> ListInHand | None:
    """The list of this session; a sample named in the address is taken in hand first."""
    now = drawer().held
    named = st.query_params.get("sample")
    if named and (now is None or now.name != named) and named in sample_files():
        take_sample(named)
    chest().used(drawer())
    return drawer().held


def was_let_go() -> bool:
    """Whether this session's list had to make room for other sessions."""
    return drawer().emptied


def take(name: str, content: bytes) -> None:
    """Take an uploaded list in hand; the one before, and all that was reckoned from it, is let go."""
    let_go()
    drawer().held = ListInHand(name, content)


def take_sample(name: str) -> None:
    """Take one of the shipped samples in hand, and note it in the address."""
    if st.query_params.get("sample") != name:  # an address that names it may name a customer of it as well
        let_go()
    drawer().empty()
    drawer().held = ListInHand(name, (SAMPLES / name).read_bytes(), sample=True)
    st.query_params["sample"] = name


def carry_address() -> None:
    """Keep in the address what a reload needs: the sample, the model, the customer; a click on a page drops them."""
    now = in_hand()
    carried = (now.name if now and now.sample else None, st.session_state.get("model"), opened_customer())
    for name, value in zip(CARRIED, carried, strict=True):
        if value and st.query_params.get(name) != value:
            st.query_params[name] = value


def tell(**said: Any) -> None:
    """Add to what was said about the list: a mapping, how to read dates, which sheet."""
    drawer().held = replace(held(), said={**held().said, **said})


def confirm_mapping(headings: Any, mapping: dict[str, str]) -> None:
    """Use the matches a person confirmed, and remember them for lists with the same headings."""
    desk().remember_mapping(headings, mapping)
    tell(mapping={**in_hand_said().get("mapping", {}), **mapping})


def in_hand_said() -> dict[str, Any]:
    """What was said about the list so far."""
    return held().said


def open_customer(key: str) -> None:
    """Note which customer to open; the address carries the key, so that a reload finds it again."""
    st.session_state["customer"] = key
    st.query_params["customer"] = key


def opened_customer() -> str | None:
    """The key of the customer to show."""
    return st.query_params.get("customer") or st.session_state.get("customer")


def let_go() -> None:
    """Forget the list and everything reckoned from it."""
    drawer().empty()
    st.session_state.pop("customer", None)
    for name in ("sample", "customer"):
        if name in st.query_params:
            del st.query_params[name]


def sample_files() -> tuple[str, ...]:
    """The shipped lists that can be scored or learnt from as they are."""
    return tuple(sorted(p.name for p in SAMPLES.glob("*.csv") if not p.name.startswith("music")))


def kept(what: str, reckon: Callable[[], T]) -> T:
    """Something reckoned from the list in hand, once for as long as the list and what was said stay the same."""
    return drawer().kept_or(f"{what}:{held().digest}", reckon)


def reading() -> Any:
    """What is understood of the list in hand."""
    return kept("reading", lambda: desk().check(held().content, **held().words))


def model_names() -> list[str]:
    """The models on the shelf."""
    return [card["name"] for card in desk().shelf()]


def choose_model(name: str | None) -> None:
    """Score with this model from now on; None: with the one whose columns the list has."""
    st.session_state["model"] = name
    if name:
        st.query_params["model"] = name
    elif "model" in st.query_params:
        del st.query_params["model"]


def asked_model() -> str | None:
    """The model chosen in the sidebar or named in the address; None where the list decides."""
    named = st.query_params.get("model")
    if named and named != st.session_state.get("model") and named in model_names():
        st.session_state["model"] = named
    return st.session_state.get("model")


def chosen_model() -> str:
    """The model for the list in hand: the one chosen, else the one whose columns the list has."""
    asked = asked_model()
    if asked:
        return asked
    return kept("fitting", lambda: desk().model_for(held().content, **held().words).name)


def ranked() -> Any:
    """The list in hand, scored by the live version of the chosen model."""
    model = desk().model(chosen_model())
    named = f"{model.name}@{model.version}"
    return kept(f"ranked {named}", lambda: desk().score(held().content, model=named, **held().words))


def of_ranked(what: str, ranked: Any, reckon: Callable[[], T]) -> T:
    """Something reckoned from the scores of the list in hand, once for each version that scored it."""
    return kept(f"{what} of {ranked.model.name} {ranked.model.version}", reckon)


def explained(found: Any, key: str) -> Any:
    """One customer of the scored list with everything that can be said about the score."""
    model = found.model
    what = f"explained {key} {model.name} {model.version}"
    return kept(what, lambda: desk().explain_in(found, key))


def exploring(found: Any) -> Any:
    """The scored list, ready to be asked what moves it; what was reckoned once stays."""
    return of_ranked("exploring", found, lambda: desk().exploring(found))


def ranked_by(model: Any) -> Any:
    """The list in hand as this model scored it; None where there is no list or another model scores it."""
    if in_hand() is None:
        return None
    with suppress(ChurnError):
        found = ranked()
        if (found.model.name, found.model.version) == (model.name, model.version):
            return found
    return None


def likely_model(live: Sequence[str]) -> str:
    """The model a person most likely means: the one chosen or the one of the list in hand, else the first."""
    with suppress(ChurnError):
        likely = asked_model() or (chosen_model() if in_hand() else None)
        if likely in live:
            return str(likely)
    return live[0]


def latest(what: str, key: Any, reckon: Callable[[], T]) -> T:
    """Something reckoned from the list in hand, kept until it is asked for with another key."""
    place = drawer().kept
    if place.get(what, (None,))[0] != key:
        place[what] = (key, reckon())
    return place[what][1]


def planned(ranked: Any, words: dict[str, Any], playbook: Any) -> Any:
    """The campaign for the scored list under the choices made on screen; only the latest is kept."""
    asked = {word: value for word, value in words.items() if word != "rested"}
    key = (held().digest, ranked.model.version, repr(words), playbook)

    def reckon() -> Any:
        return desk().plan(ranked, desk().order(**asked), playbook=playbook, rested=words["rested"])

    return latest("planned", key, reckon)


def follow(number: str) -> None:
    """Note the job this session waits for; the address carries it."""
    st.query_params["job"] = number


def followed() -> str | None:
    """The number of the job this session waits for."""
    return st.query_params.get("job")


def remember(name: str, value: Any) -> None:
    """Keep a small thing for this session, such as the customer that was opened."""
    st.session_state[f"small {name}"] = value


def recall(name: str, default: Any = None) -> Any:
    """What was kept under that name."""
    return st.session_state.get(f"small {name}", default)


def free_upload(uploaded: Any) -> None:
    """Let the server forget the bytes of an upload that was taken in hand; they would stay until the session ends."""
    with suppress(Exception):  # not a public part of Streamlit: where it changes, memory is freed later instead
        from streamlit.runtime.scriptrunner import get_script_run_ctx

        context = get_script_run_ctx()
        context.uploaded_file_mgr.remove_file(context.session_id, uploaded.file_id)
>>>>>>> 0a013be (Finish the screen that scores a list: questions with answers, matches side by side, segments, pages, three kinds of file)
