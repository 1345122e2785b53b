//! A request as other systems send it: `POST requests`, a form's names and values.

use super::format::Refusal;

/// Bytes at most.
pub const MOST_BYTES: usize = 64 * 1024;
/// Names with values at most.
const MOST_PAIRS: usize = 100;

/// What another system sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sent {
    /// The access token; empty: none was sent in the form.
    pub key: String,
    /// The category.
    pub service_code: String,
    /// Where it is, in words.
    pub address: String,
    /// Where it is: latitude and longitude, as they were sent.
    pub point: Option<(String, String)>,
    /// What is wrong.
    pub description: String,
    /// Who reports, as far as they said: name, telephone, mail address.
    pub contact: [String; 3],
    /// Answers to the category's questions.
    pub attributes: Vec<(String, String)>,
}

/// Reads what was sent.
///
/// # Errors
/// A sentence for whoever sent it.
pub fn read(body: &[u8]) -> Result<Sent, Refusal> {
    if body.len() > MOST_BYTES {
        return Err(Refusal::bad("a request has at most 64 kB"));
    }
    let mut sent = Sent::default();
    let (mut latitude, mut longitude) = (String::new(), String::new());
    let (mut first, mut last) = (String::new(), String::new());
    for (place, (name, value)) in form_urlencoded::parse(body).enumerate() {
        if place >= MOST_PAIRS {
            return Err(Refusal::bad("a request has at most 100 values"));
        }
        let value = value.trim().to_owned();
        match &*name {
            "api_key" => sent.key = value,
            "service_code" => sent.service_code = value,
            "address_string" => sent.address = value,
            "lat" => latitude = value,
            "long" => longitude = value,
            "description" => sent.description = value,
            "first_name" => first = value,
            "last_name" => last = value,
            "phone" => sent.contact[1] = value,
            "email" => sent.contact[2] = value,
            "media_url" if !value.is_empty() => {
                return Err(Refusal::bad(
                    "pictures are not fetched from other hosts: leave media_url out, and describe what is to be seen",
                ));
            }
            "address_id" if !value.is_empty() => {
                return Err(Refusal::bad(
                    "this city has no address_id: send lat and long, or address_string",
                ));
            }
            name => {
                if let Some(code) = attribute(name) {
                    sent.attributes.push((code.to_owned(), value));
                }
            }
        }
    }
    if latitude.is_empty() != longitude.is_empty() {
        return Err(Refusal::bad("lat and long are sent together"));
    }
    if !latitude.is_empty() {
        sent.point = Some((latitude, longitude));
    }
    // As a name is written in Japan.
    format!("{last} {first}")
        .trim()
        .clone_into(&mut sent.contact[0]);
    if sent.service_code.is_empty() {
        return Err(Refusal::bad("service_code is missing"));
    }
    Ok(sent)
}

/// The code in `attribute[code]` or `attribute[code][]`.
fn attribute(name: &str) -> Option<&str> {
    let (code, rest) = name.strip_prefix("attribute[")?.split_once(']')?;
    matches!(rest, "" | "[]").then_some(code)
}

impl Sent {
    /// The first value of an attribute.
    pub fn attribute(&self, code: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(known, _)| known == code)
            .map(|(_, value)| value.as_str())
    }

    /// As the form of the category reads it.
    pub fn pairs(&self) -> Vec<(String, String)> {
        let mut pairs = vec![
            ("place.description".to_owned(), self.address.clone()),
            ("text".to_owned(), self.description.clone()),
        ];
        if let Some((latitude, longitude)) = &self.point {
            pairs.push((
                "place.coordinates".to_owned(),
                format!("{latitude}, {longitude}"),
            ));
        }
        // Place and text have names of their own.
        pairs.extend(
            self.attributes
                .iter()
                .filter(|(code, _)| code != "text" && code != "place" && !code.contains('.'))
                .cloned(),
        );
        pairs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn no_body_breaks_the_reading(body in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
            if let Ok(sent) = read(&body) {
                let _ = sent.pairs();
            }
        }
    }

    #[test]
    fn a_request_is_read_as_the_standard_writes_it() {
        let sent = read(
            b"api_key=k&service_code=road&lat=34.4&long=135.05&description=hole&last_name=A&first_name=B&attribute[size]=large&jurisdiction_id=x",
        )
        .unwrap();
        assert_eq!(sent.contact[0], "A B");
        assert!(
            sent.pairs()
                .contains(&("place.coordinates".to_owned(), "34.4, 135.05".to_owned()))
        );
        assert!(
            sent.pairs()
                .contains(&("size".to_owned(), "large".to_owned()))
        );
        for wrong in [
            "",
            "service_code=",
            "service_code=road&lat=34",
            "service_code=road&media_url=http://169.254.169.254/",
            "service_code=road&address_id=7",
        ] {
            assert!(read(wrong.as_bytes()).is_err(), "{wrong}");
        }
        assert!(read(&vec![b'a'; MOST_BYTES + 1]).is_err());
        assert!(read("a=b&".repeat(200).as_bytes()).is_err());
    }
}
