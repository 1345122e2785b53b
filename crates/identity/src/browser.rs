//! What pages for residents need of a request: who asks, in which language, with which cookies.

use axum::{
    extract::FromRequestParts,
    http::{HeaderValue, header, request::Parts},
    response::Response,
};
use yakuba_city::web::{Principal, Problem};
use yakuba_ui::Shell;

use crate::{Identity, Token, Visitor};

/// Who asks, with everything that the edge has put beside the request.
#[derive(Debug)]
pub struct Asker {
    /// Accounts and sessions of the city.
    pub identity: Identity,
    /// What the request says of its browser.
    pub visitor: Visitor,
    /// Who is signed in.
    pub principal: Principal,
    /// The frame of the page, with the reader's language.
    pub shell: Shell,
    /// The browser's cookies.
    pub cookies: Cookies,
}

impl<S: Send + Sync> FromRequestParts<S> for Asker {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let identity = parts
            .extensions
            .get::<Identity>()
            .cloned()
            .ok_or_else(|| Problem::internal("the layer of identity is missing"))?;
        let Ok(shell) = Shell::from_request_parts(parts, state).await;
        let Ok(principal) = Principal::from_request_parts(parts, state).await;
        let text = parts
            .headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .collect::<Vec<_>>()
            .join(";");
        Ok(Self {
            cookies: Cookies {
                text,
                is_secure: identity.settings().is_secure(),
            },
            visitor: parts
                .extensions
                .get::<Visitor>()
                .cloned()
                .unwrap_or_default(),
            identity,
            principal,
            shell,
        })
    }
}

/// A browser's cookies that hold tokens. Where the city is reached by https, their names begin with `__Host-`, which this adds.
#[derive(Debug, Clone, Default)]
pub struct Cookies {
    text: String,
    is_secure: bool,
}

impl Cookies {
    fn full_name(&self, name: &str) -> String {
        let prefix = if self.is_secure { "__Host-" } else { "" };
        format!("{prefix}{name}")
    }

    fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.text
            .split(';')
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(_, value)| !value.is_empty())
    }

    /// The token in a cookie.
    pub fn token(&self, name: &str) -> Option<Token> {
        let name = self.full_name(name);
        self.pairs()
            .find(|(found, _)| *found == name)
            .map(|(_, value)| Token::received(value))
    }

    /// What follows in the names of the cookies that begin so.
    pub fn names_after(&self, beginning: &str) -> Vec<&str> {
        let beginning = self.full_name(beginning);
        self.pairs()
            .filter_map(|(name, _)| name.strip_prefix(beginning.as_str()))
            .collect()
    }

    /// Sets a cookie, or removes it when there is no token. It is kept for `seconds`, or until the browser is closed.
    pub fn set(
        &self,
        response: &mut Response,
        name: &str,
        token: Option<&Token>,
        seconds: Option<i64>,
    ) {
        let age = match (token, seconds) {
            (None, _) => "; Max-Age=0".to_owned(),
            (Some(_), Some(seconds)) => format!("; Max-Age={seconds}"),
            (Some(_), None) => String::new(),
        };
        let text = format!(
            "{}={}; Path=/; HttpOnly; SameSite=Lax{}{age}",
            self.full_name(name),
            token.map_or("", Token::as_str),
            if self.is_secure { "; Secure" } else { "" },
        );
        if let Ok(value) = HeaderValue::from_str(&text) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::StatusCode, response::IntoResponse as _};

    use super::*;

    #[test]
    fn a_cookie_is_set_with_every_guard_and_found_again() {
        let cookies = |text: &str, is_secure| Cookies {
            text: text.to_owned(),
            is_secure,
        };
        for (is_secure, guard) in [(true, "__Host-"), (false, "")] {
            let mut response = (StatusCode::OK, Body::empty()).into_response();
            let token = Token::received("abc");
            cookies("", is_secure).set(&mut response, "yakuba_x_1", Some(&token), Some(60));
            let set = response.headers()[header::SET_COOKIE].to_str().unwrap();
            assert!(set.starts_with(&format!(
                "{guard}yakuba_x_1=abc; Path=/; HttpOnly; SameSite=Lax"
            )));
            assert!(set.ends_with("; Max-Age=60"), "{set}");
            assert_eq!(set.contains("; Secure"), is_secure);
            let pair = set.split(';').next().unwrap();
            let back = cookies(&format!("other=1; {pair}; {guard}yakuba_x_2="), is_secure);
            assert_eq!(back.token("yakuba_x_1").unwrap().as_str(), "abc");
            assert!(
                back.token("yakuba_x_2").is_none(),
                "an empty cookie is none"
            );
            assert!(back.token("other_x").is_none());
            assert_eq!(back.names_after("yakuba_x_"), ["1"]);
        }
        // A cookie that anybody in the neighbourhood can set stands for nothing where the city is reached by https.
        assert!(
            cookies("yakuba_x_1=abc", true)
                .token("yakuba_x_1")
                .is_none()
        );
        let mut response = (StatusCode::OK, Body::empty()).into_response();
        cookies("", false).set(&mut response, "yakuba_x_1", None, Some(60));
        let set = response.headers()[header::SET_COOKIE].to_str().unwrap();
        assert!(set.starts_with("yakuba_x_1=; ") && set.ends_with("; Max-Age=0"));
    }
}
