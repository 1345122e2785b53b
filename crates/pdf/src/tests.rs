//! What stands on the pages, read from the typeset document itself.

use typst::layout::{Frame, FrameItem};

use crate::common::{labels, letter, meta, procedures, schools, short, whole_plan};
use crate::press::{Job, typeset};
use crate::view::{letter_job, map_job, sheets_job};
use crate::{
    Extent, LabelledText, LegendLayer, Letter, LetterPart, MapSheet, Orientation, Paper, PdfError,
    YearlySheet, yearly_sheet,
};

const HOSTILE: &str =
    "#panic(\"x\") *bold* $x$ \\ @ref <tag> `raw` #[x] // = - + _u_ ~ --- ... \\u{41}";

/// The text of each page, in drawing order, without blanks (line breaks leave none behind).
fn pages(mut job: Job) -> Vec<String> {
    fn read(frame: &Frame, text: &mut String) {
        for (_, item) in frame.items() {
            match item {
                FrameItem::Group(group) => read(&group.frame, text),
                FrameItem::Text(run) => text.push_str(&run.text),
                _ => {}
            }
        }
    }
    let (document, _) = typeset(&mut job).expect("typesets");
    document
        .pages()
        .iter()
        .map(|page| {
            let mut text = String::new();
            read(&page.frame, &mut text);
            squeezed(&text)
        })
        .collect()
}

/// Without blanks and without the break opportunities the template adds.
fn squeezed(text: &str) -> String {
    text.chars()
        .filter(|character| !character.is_whitespace() && *character != '\u{200b}')
        .collect()
}

fn sheet_pages(sheets: &[YearlySheet], extent: Extent) -> Vec<String> {
    let job = sheets_job(sheets, &meta(extent, Orientation::Portrait), &labels());
    pages(job.expect("job"))
}

/// The right edge of the text that reaches farthest right, in millimetres.
fn widest(frame: &Frame, left: f64) -> f64 {
    frame
        .items()
        .map(|(point, item)| match item {
            FrameItem::Group(group) => widest(&group.frame, left + point.x.to_mm()),
            FrameItem::Text(run) => left + point.x.to_mm() + run.width().to_mm(),
            _ => 0.0,
        })
        .fold(0.0, f64::max)
}

#[test]
fn every_text_of_a_sheet_is_on_its_page() {
    for sheet in [procedures(), schools()] {
        let pages = sheet_pages(std::slice::from_ref(&sheet), Extent::Sheets);
        assert_eq!(pages.len(), 1, "a usual sheet fits on one page");
        let mut texts: Vec<&str> = vec![
            &sheet.title,
            &sheet.policy,
            &sheet.field,
            &sheet.summary,
            &sheet.purpose,
            &sheet.outcome,
            &sheet.measure,
            &sheet.lead_departments,
            &sheet.related_departments,
        ];
        texts.extend(sheet.remarks.iter().map(|remark| remark.text.as_str()));
        texts.extend(sheet.notes.iter().map(String::as_str));
        texts.extend(sheet.phases.iter().map(|phase| phase.name.as_str()));
        for year in &sheet.years {
            texts.extend([year.heading.as_str(), &year.second_line]);
            for figure in year.planned.iter().chain(&year.actual) {
                texts.extend([figure.indicator.as_str(), &figure.text, &figure.detail]);
            }
        }
        for text in texts {
            assert!(pages[0].contains(&squeezed(text)), "{text} is missing");
        }
    }
}

#[test]
fn empty_fields_leave_no_trace() {
    let page = sheet_pages(&[short()], Extent::Sheets).concat();
    let labels = labels();
    assert!(page.contains(&labels.purpose) && page.contains(&labels.lead_departments));
    for absent in [
        &labels.summary,
        &labels.schedule,
        &labels.planned,
        &labels.related_departments,
        &labels.outcome,
        &labels.from_facts,
    ] {
        assert!(!page.contains(absent.as_str()), "{absent} has no content");
    }
}

#[test]
fn hostile_text_is_printed_literally_everywhere() {
    let hostile = || HOSTILE.to_owned();
    let mut sheet = procedures();
    for text in [
        &mut sheet.number,
        &mut sheet.policy,
        &mut sheet.field,
        &mut sheet.title,
        &mut sheet.summary,
        &mut sheet.purpose,
        &mut sheet.outcome,
        &mut sheet.measure,
        &mut sheet.lead_departments,
        &mut sheet.related_departments,
    ] {
        *text = hostile();
    }
    sheet.notes = vec![hostile()];
    sheet.remarks = vec![LabelledText {
        label: hostile(),
        text: hostile(),
    }];
    for year in &mut sheet.years {
        year.heading = hostile();
        for figure in year.planned.iter_mut().chain(&mut year.actual) {
            figure.indicator = hostile();
            figure.text = hostile();
            figure.detail = hostile();
        }
    }
    for phase in &mut sheet.phases {
        phase.name = hostile();
        for bar in &mut phase.bars {
            bar.text = hostile();
        }
    }
    let mut meta = meta(Extent::Plan, Orientation::Portrait);
    meta.title = hostile();
    meta.publisher = hostile();
    meta.subtitle = hostile();
    let sheets = [sheet];
    let page = pages(sheets_job(&sheets, &meta, &labels()).expect("job")).concat();
    // Number, title and the rest of the form; figures, bars and headings of three tables.
    assert!(page.matches(&squeezed(HOSTILE)).count() > 60);
    yearly_sheet(&sheets, &meta, &labels()).expect("prints");
}

#[test]
fn a_run_without_breaks_stays_inside_its_cell() {
    let mut sheet = procedures();
    sheet.years[0].planned[0].text = "9".repeat(80);
    sheet.years[0].planned[0].indicator = "ー".repeat(60);
    sheet.summary = format!("https://example.jp/{}", "a".repeat(400));
    let job = sheets_job(
        &[sheet],
        &meta(Extent::Sheets, Orientation::Portrait),
        &labels(),
    );
    let (document, _) = typeset(&mut job.expect("job")).expect("typesets");
    for page in document.pages() {
        let width = page.frame.width().to_mm();
        assert!(
            widest(&page.frame, 0.0) <= width - 15.9,
            "text leaves the page's margin"
        );
    }
}

#[test]
fn a_plan_begins_with_counts_contents_and_list() {
    let mut sheets = whole_plan();
    sheets.truncate(9);
    let pages = sheet_pages(&sheets, Extent::Plan);
    let labels = labels();
    assert!(pages[0].contains(&labels.overview) && pages[0].contains(&labels.short_of_target));
    // Achieved, on track, missed, behind, not to be judged, without a status, total.
    assert!(pages[0].contains("3121119"));
    let front = pages.len() - sheets.len();
    assert!(pages[..front].concat().contains(&labels.contents));
    // The page numbers of contents and list are those of the pages.
    for (position, sheet) in sheets.iter().enumerate() {
        let page = &pages[front + position];
        assert!(page.contains(&squeezed(&sheet.title)));
        assert!(page.contains(&format!("{}/{}", front + position + 1, pages.len())));
    }
}

#[test]
fn many_years_are_split_over_tables_of_equal_size() {
    let mut sheet = procedures();
    let first = sheet.years[0].clone();
    sheet.years = (2015..2025)
        .map(|year| crate::YearColumn {
            heading: format!("heading{year}"),
            ..first.clone()
        })
        .collect();
    let text = sheet_pages(&[sheet], Extent::Sheets).concat();
    for year in 2015..2025 {
        // Once over the figures and once over the schedule.
        assert_eq!(text.matches(&format!("heading{year}")).count(), 2, "{year}");
    }
}

#[test]
fn a_letter_keeps_every_cell_of_a_ragged_table() {
    let mut letter = letter();
    letter.parts.push(LetterPart::Table {
        head: vec!["日時".into(), "部屋".into()],
        rows: vec![
            vec!["7月1日".into()],
            vec!["7月2日".into(), "会議室".into(), HOSTILE.into()],
        ],
    });
    let text = pages(letter_job(&letter).expect("job")).concat();
    assert!(text.contains("7月1日") && text.contains(&squeezed(HOSTILE)));
    assert!(text.contains(&letter.title) && text.contains("記") && text.contains("以上"));
}

#[test]
fn a_map_is_one_sheet_with_its_legend() {
    let sign = r##"<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24"><path d="M4 4h16v16H4z" fill="#b35000"/></svg>"##;
    let drawing = r##"<svg xmlns="http://www.w3.org/2000/svg" width="200mm" height="155mm" viewBox="0 0 200 155"><defs><pattern id="dots" width="4" height="4" patternUnits="userSpaceOnUse"><path d="M1 1h1" stroke="#333"/></pattern><clipPath id="frame"><path d="M0 0h200v155h-200z"/></clipPath></defs><g clip-path="url(#frame)"><path d="M10 10h300v50h-300z" fill="url(#dots)" fill-opacity="0.7"/></g></svg>"##;
    let mut map = MapSheet {
        language: "ja".into(),
        title: HOSTILE.into(),
        publisher: "澄川市".into(),
        date: jiff::civil::date(2026, 11, 22),
        paper: Paper::A4,
        drawing: drawing.into(),
        description: "澄川の浸水想定".into(),
        legend: vec![LegendLayer {
            title: "洪水の浸水想定".into(),
            lines: vec![
                (sign.into(), "3m以上".into()),
                (sign.into(), HOSTILE.into()),
            ],
            note: "出典：澄川市".into(),
        }],
        notes: vec!["縮尺 1:10,000".into()],
        footer: "http://localhost/map".into(),
    };
    let text = pages(map_job(&map).expect("job"));
    assert_eq!(text.len(), 1);
    for part in ["洪水の浸水想定", "3m以上", "縮尺1:10,000", "出典：澄川市"] {
        assert!(text[0].contains(part), "{part} in {}", text[0]);
    }
    assert!(text[0].contains(&squeezed(HOSTILE)));
    // PDF/A and PDF/UA hold, patterns and all.
    for paper in Paper::ALL {
        map.paper = paper;
        let output = crate::map_sheet(&map).expect("prints");
        assert!(output.bytes.starts_with(b"%PDF"));
    }
    // A long legend goes on on the next sheet.
    map.legend = vec![map.legend[0].clone(); 30];
    assert!(pages(map_job(&map).expect("job")).len() > 1);
    map.title = " ".into();
    assert!(matches!(crate::map_sheet(&map), Err(PdfError::NoTitle)));
}

#[test]
fn what_cannot_be_printed_is_said() {
    let meta = meta(Extent::Plan, Orientation::Portrait);
    let none = yearly_sheet(&[], &meta, &labels());
    assert!(matches!(none, Err(PdfError::NoSheets)));

    let mut untitled = meta.clone();
    untitled.title = " ".into();
    let untitled = yearly_sheet(&[short()], &untitled, &labels());
    assert!(matches!(untitled, Err(PdfError::NoTitle)));

    let mut foreign = labels();
    foreign.language = "Japanese".into();
    let foreign = yearly_sheet(&[short()], &meta, &foreign);
    assert!(matches!(foreign, Err(PdfError::Language(_))));

    let undated = Letter {
        date: jiff::civil::date(-1, 1, 1),
        ..letter()
    };
    assert!(matches!(crate::letter(&undated), Err(PdfError::Date(_))));
}
