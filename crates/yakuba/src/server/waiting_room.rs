//! A waiting room before the pages that everybody wants at once.
//!
//! Above a set number of residents being served, newcomers get a small page with their place in line. It asks nothing of the database:
//! who is served and who waits is in memory, and what a browser must remember is in a signed cookie. The place is the moment of
//! arrival in that cookie, so that reloading changes nothing and a restart of the server loses nobody's place. When a beginning is
//! set, those who come before it have no order until then: it follows from the city's key and the numbers the browsers were given,
//! which nobody can choose. Each node has a line of its own and serves its share of the number; a place and a pass are good at every
//! node, so that whoever came earlier is let in earlier whichever node answers, give or take [`ABSENT`].

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{Html as Answered, IntoResponse as _, Response},
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use rand::Rng as _;
use yakuba_city::{Clock, JAPAN};
use yakuba_identity::CityKey;
use yakuba_ui::{Html, Language, asset_url};

use super::surroundings::WORDS;

/// Whoever has not asked again for so long does not keep others waiting; the place is theirs again when they come back.
const ABSENT: SignedDuration = SignedDuration::from_secs(90);
/// A browser that has not shown its cookie yet is counted for so long: programs without cookies fill no room and no line.
const UNSEEN: SignedDuration = SignedDuration::from_secs(30);
/// So long before the beginning newcomers are gathered.
const GATHERING: SignedDuration = SignedDuration::from_mins(30);
/// A form that was begun inside may still be sent so long after its time inside has run out.
const LAST_FORM: SignedDuration = SignedDuration::from_mins(60);
/// The pace is measured over so long.
const MEASURED: SignedDuration = SignedDuration::from_mins(5);
/// With fewer let in nothing is said about the wait.
const FEWEST: usize = 10;
/// Never stopped, although they begin like what is: people who stand before a counter.
const NEVER: [&str; 2] = ["/booking/queue", "/booking/ticket"];
const COOKIE: &str = "yakuba_place";

/// How a waiting room is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingRoomSettings {
    /// So many people can be served at once, by whatever way.
    pub at_once: usize,
    /// Of these so many hundredths are kept for people at the counter and on the telephone.
    pub reserved: u8,
    /// The beginnings of the addresses before which people wait.
    pub paths: Vec<String>,
    /// The moment before which everybody who waits has the same chance.
    pub opens: Option<Timestamp>,
    /// After so long without a page somebody is no longer inside.
    pub lapse: SignedDuration,
}

/// What a browser remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Pass {
    id: u128,
    /// Whether it was let in.
    is_inside: bool,
    /// When it came; for one inside: until when it is.
    at: Timestamp,
}

/// A place in line; less is let in earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    came_after_the_beginning: bool,
    order: i64,
    id: u128,
}

#[derive(Debug, Default)]
struct Rooms {
    /// Who is inside, until when.
    inside: HashMap<u128, Timestamp>,
    /// Who waits, and until when they keep others waiting if they do not ask again.
    line: BTreeMap<Place, Timestamp>,
    /// The places of those who wait, by their numbers.
    places: HashMap<u128, Place>,
    /// The line as it was at most a second ago, for telling places.
    shown: Vec<Place>,
    tidied: Option<Timestamp>,
    /// When people were let in from the line.
    let_in: VecDeque<Timestamp>,
}

/// What becomes of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Answer {
    /// It goes on; the browser is given a new pass.
    Enter(Option<Pass>),
    /// It waits.
    Wait(Waiting),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Waiting {
    pass: Pass,
    /// How many come before; none before the beginning.
    ahead: Option<usize>,
    /// From how many to how many minutes.
    minutes: Option<(u64, u64)>,
    /// After how many seconds the page asks again.
    again: u64,
}

/// The waiting room of a city.
#[derive(Debug)]
pub struct WaitingRoom {
    settings: WaitingRoomSettings,
    key: CityKey,
    clock: Clock,
    is_secure: bool,
    city_name: String,
    rooms: Mutex<Rooms>,
}

impl WaitingRoom {
    /// An empty one. `is_secure`: the city is reached by https.
    pub fn new(
        settings: WaitingRoomSettings,
        key: CityKey,
        clock: Clock,
        is_secure: bool,
        city_name: String,
    ) -> Self {
        Self {
            settings,
            key,
            clock,
            is_secure,
            city_name,
            rooms: Mutex::default(),
        }
    }

    /// How many residents are served at once.
    fn seats(&self) -> usize {
        let kept = usize::from(self.settings.reserved.min(100));
        (self.settings.at_once * (100 - kept) / 100).max(1)
    }

    fn applies_to(&self, path: &str) -> bool {
        let begins = |prefix: &str| {
            path.strip_prefix(prefix)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.settings.paths.iter().any(|prefix| begins(prefix))
            && !NEVER.iter().any(|never| begins(never))
    }

    fn sign(&self, pass: Pass) -> String {
        let kind = if pass.is_inside { 'i' } else { 'w' };
        let text = format!("{kind}.{:032x}.{}", pass.id, pass.at.as_microsecond());
        let signature = self.signature(&text);
        format!("{text}.{signature}")
    }

    fn signature(&self, text: &str) -> String {
        let hash = self.key.look_up("waiting room", text);
        hash.chars().take(32).collect()
    }

    /// Reads a pass; none when it is not one of this city.
    fn read(&self, cookie: &str) -> Option<Pass> {
        let (text, signature) = cookie.rsplit_once('.')?;
        let right = self.signature(text);
        // Compared as hashes, so that the time it takes tells nothing about how much of it is right.
        if self.signature(signature) != self.signature(&right) {
            return None;
        }
        let mut parts = text.split('.');
        let is_inside = parts.next()? == "i";
        let id = u128::from_str_radix(parts.next()?, 16).ok()?;
        let at = Timestamp::from_microsecond(parts.next()?.parse().ok()?).ok()?;
        Some(Pass { id, is_inside, at })
    }

    fn place(&self, id: u128, came: Timestamp) -> Place {
        match self.settings.opens {
            Some(opens) if came < opens => {
                let text = format!("order/{}/{id:032x}", opens.as_microsecond());
                let drawn = self.key.look_up("waiting room", &text);
                let order = i64::from_str_radix(drawn.get(..15).unwrap_or("0"), 16).unwrap_or(0);
                Place {
                    came_after_the_beginning: false,
                    order,
                    id,
                }
            }
            _ => Place {
                came_after_the_beginning: true,
                order: came.as_microsecond(),
                id,
            },
        }
    }

    /// Whether newcomers are gathered and nobody is let in yet.
    fn is_gathering(&self, now: Timestamp) -> bool {
        self.settings
            .opens
            .is_some_and(|opens| now < opens && opens.duration_since(now) <= GATHERING)
    }

    /// Decides about a request. `fresh` is the number for a browser that has none.
    fn ask(&self, pass: Option<Pass>, fresh: u128, is_form: bool, now: Timestamp) -> Answer {
        let lapse = self.settings.lapse;
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        rooms.tidy(now);
        // Who was inside before the beginning begins anew with everybody else.
        let is_from_before = |pass: &Pass| {
            self.settings
                .opens
                .is_some_and(|opens| now >= opens && pass.at - lapse < opens)
        };
        if let Some(inside) = pass.filter(|pass| pass.is_inside && !is_from_before(pass)) {
            // The cookie is not written at every page; memory knows of the last one.
            let is_here = rooms
                .inside
                .get(&inside.id)
                .is_some_and(|until| *until > now);
            if is_here || now < inside.at {
                let until = now + lapse;
                rooms.inside.insert(inside.id, until);
                // Who was let in by another node waits here no longer.
                rooms.leave_line(inside.id);
                let is_old = inside.at.duration_since(now) < lapse - SignedDuration::from_mins(1);
                return Answer::Enter(is_old.then_some(Pass {
                    at: until,
                    ..inside
                }));
            }
            if is_form && now.duration_since(inside.at) < LAST_FORM {
                return Answer::Enter(None);
            }
        }
        let (id, came, is_known) = match pass {
            Some(pass) if !pass.is_inside => (pass.id, pass.at, true),
            Some(pass) if is_from_before(&pass) => (pass.id, pass.at - lapse, true),
            // Whose time inside has run out is in line as somebody who comes now.
            Some(_) | None => (fresh, now, false),
        };
        let place = self.place(id, came);
        let free = self.seats().saturating_sub(rooms.inside.len());
        let is_next = rooms.line.range(..place).take(free).count() < free;
        if is_next && !self.is_gathering(now) {
            if rooms.leave_line(id) {
                rooms.let_in.push_back(now);
            }
            let until = now + lapse;
            rooms
                .inside
                .insert(id, if is_known { until } else { now + UNSEEN });
            return Answer::Enter(Some(Pass {
                id,
                is_inside: true,
                at: until,
            }));
        }
        let patience = if is_known { ABSENT } else { UNSEEN };
        rooms.line.insert(place, now + patience);
        rooms.places.insert(id, place);
        let pass = Pass {
            id,
            is_inside: false,
            at: came,
        };
        Answer::Wait(self.waiting(&rooms, pass, place, now))
    }

    fn waiting(&self, rooms: &Rooms, pass: Pass, place: Place, now: Timestamp) -> Waiting {
        if self.is_gathering(now) {
            let left = self
                .settings
                .opens
                .map_or(0, |opens| opens.duration_since(now).as_secs());
            // Not everybody in the same second.
            let spread = u64::try_from(pass.id % 5).unwrap_or(0) + 1;
            return Waiting {
                pass,
                ahead: None,
                minutes: None,
                again: (u64::try_from(left).unwrap_or(0) + spread).min(25 + spread),
            };
        }
        let ahead = rooms.shown.partition_point(|other| *other < place);
        Waiting {
            pass,
            ahead: Some(ahead),
            minutes: rooms.minutes(ahead, now),
            again: (5 + u64::try_from(ahead).unwrap_or(0) / 100).min(30),
        }
    }
}

impl Rooms {
    /// Forgets, at most once a second, who has gone.
    fn tidy(&mut self, now: Timestamp) {
        let is_fresh = self
            .tidied
            .is_some_and(|tidied| now.duration_since(tidied) < SignedDuration::from_secs(1));
        if is_fresh {
            return;
        }
        self.tidied = Some(now);
        self.inside.retain(|_, until| *until > now);
        self.line.retain(|_, until| *until > now);
        let line = &self.line;
        self.places.retain(|_, place| line.contains_key(place));
        self.shown = self.line.keys().copied().collect();
        while self
            .let_in
            .front()
            .is_some_and(|at| now.duration_since(*at) > MEASURED)
        {
            self.let_in.pop_front();
        }
    }

    /// Takes somebody out of the line, and tells whether they were in it.
    fn leave_line(&mut self, id: u128) -> bool {
        self.places
            .remove(&id)
            .is_some_and(|place| self.line.remove(&place).is_some())
    }

    /// How long so many before one take at the pace of the last minutes.
    fn minutes(&self, ahead: usize, now: Timestamp) -> Option<(u64, u64)> {
        if self.let_in.len() < FEWEST {
            return None;
        }
        let first = *self.let_in.front()?;
        let seconds = u64::try_from(now.duration_since(first).as_secs())
            .ok()?
            .max(1);
        let passed = u64::try_from(self.let_in.len()).ok()?;
        let needed = (u64::try_from(ahead).ok()? + 1) * seconds / passed;
        // People leave unevenly: from two thirds to half as much again.
        Some((needed * 2 / 3 / 60, needed * 3 / 2 / 60 + 1))
    }
}

/// Stops whoever must wait.
pub(super) async fn guard(
    State(room): State<Arc<WaitingRoom>>,
    request: Request,
    next: Next,
) -> Response {
    if !room.applies_to(request.uri().path()) {
        return next.run(request).await;
    }
    let name = if room.is_secure {
        format!("__Host-{COOKIE}")
    } else {
        COOKIE.to_owned()
    };
    let pass = request
        .headers()
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, _)| *found == name)
        .and_then(|(_, value)| room.read(value));
    let is_form = request.method() == Method::POST;
    let fresh = rand::rng().random();
    let (pass, mut response) = match room.ask(pass, fresh, is_form, room.clock.now()) {
        Answer::Enter(pass) => (pass, next.run(request).await),
        Answer::Wait(waiting) => {
            let language = Language::of_request(request.uri(), request.headers());
            metrics::counter!("yakuba_waiting_room_total").increment(1);
            let query = request.uri().query().unwrap_or_default();
            (Some(waiting.pass), room.page(language, query, &waiting))
        }
    };
    if let Some(pass) = pass {
        let secure = if room.is_secure { "; Secure" } else { "" };
        let text = format!(
            "{name}={}; Path=/; HttpOnly; SameSite=Lax; Max-Age=86400{secure}",
            room.sign(pass)
        );
        if let Ok(value) = HeaderValue::from_str(&text) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    response
}

impl WaitingRoom {
    /// The page: small, the same for everybody but for the numbers. It asks again by itself, without a script.
    /// `query` is what stood behind the address, for the links to it in other languages.
    fn page(&self, language: Language, query: &str, waiting: &Waiting) -> Response {
        let words = WORDS.words(language);
        let text = |key: &str| Html::text(&words.get(key));
        let place = match (waiting.ahead, self.settings.opens) {
            (Some(ahead), _) => words
                .counted("waiting-room-ahead", u64::try_from(ahead).unwrap_or(0))
                .into_owned(),
            (None, Some(opens)) => {
                let opens = opens.to_zoned(TimeZone::fixed(JAPAN));
                let time = format!("{}:{:02}", opens.hour(), opens.minute());
                words
                    .with_text("waiting-room-before", "time", &time)
                    .into_owned()
            }
            (None, None) => String::new(),
        };
        let wait = match (waiting.ahead, waiting.minutes) {
            (None, _) => String::new(),
            (Some(_), None) => words.get("waiting-room-unknown").into_owned(),
            (Some(_), Some((low, high))) => words
                .with(
                    "waiting-room-minutes",
                    &[("low", low.into()), ("high", high.into())],
                )
                .into_owned(),
        };
        let title = text("waiting-room-title");
        let kept = query
            .split('&')
            .filter(|pair| !pair.is_empty() && !pair.starts_with("lang="))
            .map(|pair| format!("{pair}&"))
            .collect::<Vec<_>>()
            .concat();
        let languages = Language::ALL
            .map(|other| {
                let current = if other == language {
                    " aria-current=\"true\""
                } else {
                    ""
                };
                format!(
                    "<li><a href=\"?{href}\" lang=\"{lang}\" hreflang=\"{lang}\"{current}>{name}</a></li>",
                    href = Html::text(&format!("{kept}lang={}", other.code())),
                    lang = other.html_lang(),
                    name = other.own_name(),
                )
            })
            .concat();
        let html = format!(
            "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"utf-8\"><title>{title}｜{city}</title>\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"robots\" content=\"noindex\">\
             <link rel=\"stylesheet\" href=\"{style}\"></head><body class=\"public\"><header class=\"site-header\">\
             <div class=\"site-header__bar\"><p class=\"site-header__name\">{city}</p><div class=\"site-header__tools\">\
             <nav class=\"language-selector\" aria-label=\"{choose}\"><ul>{languages}</ul></nav></div></div></header>\
             <div class=\"frame\"><div class=\"frame__page\"><main id=\"main\" class=\"main--narrow\">\
             <div class=\"page-heading\"><h1>{title}</h1></div>\
             <p class=\"lead\" role=\"status\"><strong>{place}</strong> {wait}</p><p>{fair}</p><p>{keep}</p>\
             <p class=\"support\">{other}</p></main></div></div></body></html>",
            lang = language.html_lang(),
            city = Html::text(&self.city_name),
            style = asset_url("app.css"),
            choose = text("waiting-room-language"),
            place = Html::text(&place),
            wait = Html::text(&wait),
            fair = text("waiting-room-fair"),
            keep = text("waiting-room-keep"),
            other = text("waiting-room-other"),
        );
        let mut response = (StatusCode::SERVICE_UNAVAILABLE, Answered(html)).into_response();
        let again = HeaderValue::from(waiting.again);
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, again.clone());
        headers.insert(header::REFRESH, again);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

#[cfg(test)]
mod tests {
    use axum::body::HttpBody as _;
    use rand::{SeedableRng as _, rngs::StdRng};

    use super::*;

    const LAPSE: SignedDuration = SignedDuration::from_mins(10);

    fn begin() -> Timestamp {
        Timestamp::from_second(1_795_222_800).unwrap()
    }

    fn second(second: i64) -> Timestamp {
        begin() + SignedDuration::from_secs(second)
    }

    fn room(at_once: usize, opens: Option<Timestamp>) -> WaitingRoom {
        WaitingRoom::new(
            WaitingRoomSettings {
                at_once,
                reserved: 0,
                paths: vec!["/booking".into()],
                opens,
                lapse: LAPSE,
            },
            CityKey::from_bytes([7; 32]),
            Clock::fixed(begin()),
            false,
            "澄川市".into(),
        )
    }

    /// Asks as a browser that keeps its cookie, by way of the cookie's text.
    fn ask(room: &WaitingRoom, cookie: &mut Option<String>, id: u128, at: Timestamp) -> Answer {
        let pass = cookie.as_deref().and_then(|text| room.read(text));
        let answer = room.ask(pass, id, false, at);
        match &answer {
            Answer::Enter(None) => {}
            Answer::Enter(Some(pass)) => *cookie = Some(room.sign(*pass)),
            Answer::Wait(waiting) => *cookie = Some(room.sign(waiting.pass)),
        }
        answer
    }

    fn is_in(answer: &Answer) -> bool {
        matches!(answer, Answer::Enter(_))
    }

    #[test]
    fn only_the_named_pages_wait_and_people_at_a_counter_never() {
        let room = room(1, None);
        for (path, waits) in [
            ("/booking", true),
            ("/booking/hall", true),
            ("/bookings", false),
            ("/booking/queue/civic", false),
            ("/booking/ticket/draw", false),
            ("/desk/booking/queue", false),
            ("/api/v1/queue", false),
            ("/plan", false),
        ] {
            assert_eq!(room.applies_to(path), waits, "{path}");
        }
    }

    #[test]
    fn a_share_is_kept_for_counter_and_telephone() {
        let mut room = room(10, None);
        room.settings.reserved = 20;
        let entered = (0..10)
            .filter(|id| is_in(&ask(&room, &mut None, *id, second(0))))
            .count();
        assert_eq!(entered, 8);
    }

    #[test]
    fn a_forged_or_changed_cookie_is_worth_nothing() {
        let room = room(1, None);
        let mut inside = None;
        assert!(is_in(&ask(&room, &mut inside, 1, second(0))));
        let cookie = inside.unwrap();
        assert!(room.read(&cookie).is_some());
        let mut waiting = None;
        assert!(!is_in(&ask(&room, &mut waiting, 2, second(1))));
        let waiting = waiting.unwrap();
        // Somebody who waits calls themselves let in, another number, or earlier.
        for forged in [
            waiting.replacen('w', "i", 1),
            waiting.replacen("2.", "3.", 1),
            waiting.replacen("179522280", "179522270", 1),
            cookie[..cookie.len() - 1].to_owned(),
            String::new(),
            "i.1.1.1".to_owned(),
        ] {
            assert!(room.read(&forged).is_none(), "{forged}");
        }
        // Nor is one of another city.
        let mut other = self::room(1, None);
        other.key = CityKey::from_bytes([8; 32]);
        assert!(other.read(&cookie).is_none());
    }

    #[test]
    fn reloading_does_not_help_and_a_place_outlives_a_restart() {
        let room = room(2, None);
        let (mut one, mut two) = (None, None);
        ask(&room, &mut one, 1, second(0));
        ask(&room, &mut two, 2, second(0));
        for cookie in [&mut one, &mut two] {
            assert!(is_in(&ask(&room, cookie, 0, second(1))));
        }
        let (mut early, mut late) = (None, None);
        ask(&room, &mut early, 3, second(1));
        for at in 2..90 {
            ask(&room, &mut late, 4, second(at));
        }
        ask(&room, &mut early, 3, second(90));
        // A program without cookies does not get in, and is behind those who came before it.
        for at in 0..50 {
            assert!(!is_in(&ask(&room, &mut None, 100 + at, second(90))));
        }
        let Answer::Wait(waiting) = ask(&room, &mut late, 4, second(92)) else {
            panic!("nobody has left");
        };
        assert_eq!(waiting.ahead, Some(1));
        // The server starts again: the two inside show their cookies, then the line goes on in its order.
        let again = self::room(2, None);
        for cookie in [&mut one, &mut two] {
            assert!(is_in(&ask(&again, cookie, 0, second(100))));
        }
        assert!(!is_in(&ask(&again, &mut early, 0, second(101))));
        let lapsed = 100 + LAPSE.as_secs() + 1;
        ask(&again, &mut one, 0, second(lapsed - 2));
        // One place is free, and it is not for the one who asks first.
        ask(&again, &mut early, 0, second(lapsed - 2));
        assert!(!is_in(&ask(&again, &mut late, 0, second(lapsed))));
        assert!(is_in(&ask(&again, &mut early, 0, second(lapsed + 1))));
    }

    #[test]
    fn a_form_begun_inside_can_still_be_sent() {
        let room = room(1, None);
        let mut inside = None;
        ask(&room, &mut inside, 1, second(0));
        let pass = room.read(&inside.unwrap());
        let after = second(LAPSE.as_secs() + 60);
        assert!(is_in(&ask(&room, &mut None, 2, after)));
        assert!(is_in(&room.ask(pass, 3, true, after)));
        assert!(!is_in(&room.ask(pass, 3, false, after)));
    }

    struct Client {
        came: i64,
        every: i64,
        cookie: Option<String>,
        entered: Option<i64>,
    }

    impl Client {
        /// After a minute somebody is done and gone.
        fn is_gone(&self, at: i64) -> bool {
            self.entered.is_some_and(|entered| entered + 60 <= at)
        }
    }

    /// Three come in each second; a fourth of them reloads every second, the others ask as the page does.
    fn crowd(random: &mut StdRng, size: i64) -> Vec<Client> {
        (0..size)
            .map(|client| Client {
                came: client / 3,
                every: if client % 4 == 0 {
                    1
                } else {
                    random.random_range(5..20)
                },
                cookie: None,
                entered: None,
            })
            .collect()
    }

    /// Who is inside of a room after those who are done have left.
    fn inside_after_leaving(room: &WaitingRoom, clients: &[Client], at: i64) -> Vec<u128> {
        let mut rooms = room.rooms.lock().unwrap();
        for (id, client) in clients.iter().enumerate() {
            if client.is_gone(at) {
                rooms.inside.remove(&(id as u128));
            }
        }
        rooms.inside.keys().copied().collect()
    }

    /// By how many seconds, beyond the pause between two questions, somebody who came later was let in before somebody who came
    /// earlier: the most of all pairs. Everybody is in.
    fn most_overtaken(clients: &[Client]) -> i64 {
        let mut most = i64::MIN;
        for early in clients {
            for late in clients.iter().filter(|late| late.came > early.came) {
                let (first, second) = (early.entered.unwrap(), late.entered.unwrap());
                most = most.max(first - second - early.every);
            }
        }
        most
    }

    /// Three hundred want in, a fourth of them reloading every second, the others as the page does. Ten are served at once for a minute
    /// each. Nobody is let in before somebody who came earlier by more than the pause between two questions of the page.
    #[test]
    fn who_came_first_is_let_in_first_however_often_others_reload() {
        let room = room(10, None);
        let mut random = StdRng::seed_from_u64(9);
        let mut clients = crowd(&mut random, 300);
        for at in 0..6_000 {
            for (id, client) in clients.iter_mut().enumerate() {
                let asks = at >= client.came && (at - client.came) % client.every == 0;
                if client.entered.is_none() && asks {
                    let answer = ask(&room, &mut client.cookie, id as u128, second(at));
                    if is_in(&answer) {
                        client.entered = Some(at);
                    }
                }
            }
            assert!(inside_after_leaving(&room, &clients, at).len() <= 10);
        }
        assert!(clients.iter().all(|client| client.entered.is_some()));
        assert!(most_overtaken(&clients) <= 0);
    }

    /// Two nodes, half of the number each, and every request goes to either by chance: a place got at one is good at the other. There
    /// are never more inside than the number, and nobody who keeps asking is overtaken for longer than a place is kept for the absent.
    #[test]
    fn a_place_in_line_is_good_at_every_node() {
        let nodes = [room(5, None), room(5, None)];
        let mut random = StdRng::seed_from_u64(21);
        let mut clients = crowd(&mut random, 150);
        for at in 0..4_000 {
            let mut inside = std::collections::HashSet::new();
            for (id, client) in clients.iter_mut().enumerate() {
                let is_gone = client.is_gone(at);
                if at >= client.came && (at - client.came) % client.every == 0 && !is_gone {
                    let node = &nodes[random.random_range(0..nodes.len())];
                    let answer = ask(node, &mut client.cookie, id as u128, second(at));
                    if is_in(&answer) && client.entered.is_none() {
                        client.entered = Some(at);
                    }
                    assert!(client.entered.is_none() || is_in(&answer), "let in once");
                }
            }
            for node in &nodes {
                inside.extend(inside_after_leaving(node, &clients, at));
            }
            assert!(inside.len() <= 10, "{}", inside.len());
        }
        assert!(clients.iter().all(|client| client.entered.is_some()));
        assert!(most_overtaken(&clients) <= ABSENT.as_secs());
    }

    /// Before the beginning it does not matter when one came, nor that one was inside.
    #[test]
    fn before_the_beginning_everybody_has_the_same_chance() {
        let opens = second(600);
        let room = room(100, Some(opens));
        let mut random = StdRng::seed_from_u64(21);
        // Long before, people come and go as always.
        let mut old = None;
        assert!(is_in(&ask(
            &room,
            &mut old,
            5_000,
            opens - SignedDuration::from_mins(40)
        )));
        let mut cookies: Vec<Option<String>> = vec![None; 1_000];
        for (came, cookie) in cookies.iter_mut().enumerate() {
            let id = random.random();
            let at = second(i64::try_from(came).unwrap() / 2);
            let answer = ask(&room, cookie, id, at);
            assert!(matches!(answer, Answer::Wait(Waiting { ahead: None, .. })));
        }
        // Everybody is there a moment before, and asks again at the beginning: the last ones first.
        for (at, order) in [(590, 1), (601, -1), (602, -1)] {
            let mut turns: Vec<usize> = (0..1_000).collect();
            if order < 0 {
                turns.reverse();
            }
            for client in turns {
                ask(&room, &mut cookies[client], 0, second(at));
            }
        }
        let entered: Vec<usize> = (0..1_000)
            .filter(|client| {
                let cookie = cookies[*client].as_deref().unwrap();
                room.read(cookie).unwrap().is_inside
            })
            .collect();
        assert_eq!(entered.len(), 100);
        // Of a hundred drawn from a thousand, between 30 and 70 came in the first half: all but one in 10,000 draws.
        let early = entered.iter().filter(|client| **client < 500).count();
        assert!((30..=70).contains(&early), "{early}");
        // Who comes after the beginning is behind all who came before.
        let mut late = None;
        ask(&room, &mut late, 9_000, second(603));
        let Answer::Wait(waiting) = ask(&room, &mut late, 9_000, second(605)) else {
            panic!("the room is full");
        };
        assert_eq!(waiting.ahead, Some(900));
    }

    #[test]
    fn the_page_is_small_and_asks_again_by_itself() {
        let room = room(1, None);
        ask(&room, &mut None, 1, second(0));
        let Answer::Wait(waiting) = ask(&room, &mut None, 2, second(0)) else {
            panic!("the room is full");
        };
        for language in Language::ALL {
            let page = room.page(language, "day=2026-12-05&lang=ja&to=\"", &waiting);
            assert_eq!(page.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(page.headers()["refresh"], "5");
            assert_eq!(page.headers()["cache-control"], "no-store");
            let length = page.body().size_hint().exact().unwrap();
            assert!(length > 500 && length < 4_096, "{length}");
        }
    }
}
