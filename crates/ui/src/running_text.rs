//! Changes to the running text of a finished page: what people read, without markup, scripts and what they type into fields.

/// Elements whose text stays as it is: it is no running text, or HTML allows no `<ruby>` in it.
const LEFT_ALONE: [&str; 8] = [
    "script", "style", "textarea", "title", "option", "svg", "ruby", "pre",
];

/// The document or fragment `html`, each run of its text written by `write` (the run, where to write).
pub(crate) fn rewritten(html: &str, write: impl Fn(&str, &mut String)) -> String {
    let mut shown = String::with_capacity(html.len() + html.len() / 4);
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        write(&rest[..start], &mut shown);
        rest = &rest[start..];
        let whole = markup_length(rest);
        shown.push_str(&rest[..whole]);
        rest = &rest[whole..];
    }
    write(rest, &mut shown);
    shown
}

/// The length in bytes of the markup that `html` begins with: a comment, a tag, or a whole element of [`LEFT_ALONE`].
fn markup_length(html: &str) -> usize {
    if html.starts_with("<!--") {
        return html.find("-->").map_or(html.len(), |end| end + 3);
    }
    let tag = tag_length(html);
    let name = html[1..tag]
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .next()
        .unwrap_or_default();
    if !LEFT_ALONE.iter().any(|one| one.eq_ignore_ascii_case(name)) || html[..tag].ends_with("/>") {
        return tag;
    }
    // Our templates write closing tags in small letters and never put one of these elements into another of its name.
    let closing = format!("</{}", name.to_ascii_lowercase());
    match html[tag..].find(&closing) {
        Some(at) => tag + at + tag_length(&html[tag + at..]),
        None => html.len(),
    }
}

/// The length in bytes of the tag that `html` begins with; a `>` inside a quoted value does not end it.
fn tag_length(html: &str) -> usize {
    let mut quote = None;
    for (at, letter) in html.char_indices() {
        match (quote, letter) {
            (None, '>') => return at + 1,
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), _) if open == letter => quote = None,
            _ => {}
        }
    }
    html.len()
}
