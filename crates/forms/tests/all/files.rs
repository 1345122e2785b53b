//! Files that strangers send.

use std::{
    io::{Cursor, Write},
    net::TcpListener,
    thread::JoinHandle,
};

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use rstest::rstest;
use yakuba_forms::files::{ClamAddress, Refusal, ScanError, Verdict, examine, scan, shortened};
use yakuba_forms::model::document::FileType;
use yakuba_forms::testing::virus_scanner_saying;
use yakuba_ui::Language;

const ALL: [FileType; 4] = [
    FileType::Image,
    FileType::Pdf,
    FileType::Sheet,
    FileType::Document,
];

/// 48 × 32 pixels, the upper half red, the lower blue.
fn picture(format: ImageFormat) -> Vec<u8> {
    let pixels = RgbImage::from_fn(48, 32, |_, y| {
        if y < 16 {
            Rgb([250, 0, 0])
        } else {
            Rgb([0, 0, 250])
        }
    });
    let mut bytes = Vec::new();
    DynamicImage::ImageRgb8(pixels)
        .write_to(&mut Cursor::new(&mut bytes), format)
        .unwrap();
    bytes
}

/// A JPEG whose EXIF data says that it lies on its side (orientation 6: turn right) and where it was taken.
fn photograph() -> Vec<u8> {
    let jpeg = picture(ImageFormat::Jpeg);
    let mut exif = b"Exif\0\0MM\0\x2A\0\0\0\x08\0\x02".to_vec();
    exif.extend(b"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0");
    exif.extend(b"\x01\x0F\0\x02\0\0\0\x0B\0\0\0\x26\0\0\0\0SECRETPLACE\0");
    let mut bytes = jpeg[..2].to_vec();
    bytes.extend(b"\xFF\xE1");
    bytes.extend(u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
    bytes.extend(exif);
    bytes.extend(&jpeg[2..]);
    // And something hung on behind the picture.
    bytes.extend(b"PK\x03\x04 HIDDEN");
    bytes
}

fn holds(content: &[u8], wanted: &[u8]) -> bool {
    content.windows(wanted.len()).any(|window| window == wanted)
}

fn zipped(names: &[&str]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for name in names {
        archive
            .start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        archive.write_all(b"<x/>").unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn a_photograph_keeps_its_picture_upright_and_nothing_else() {
    let sent = photograph();
    assert!(holds(&sent, b"SECRETPLACE") && holds(&sent, b"HIDDEN"));
    let kept = examine(&sent, &ALL, 1).unwrap();
    assert_eq!(kept.media_type, "image/jpeg");
    assert!(
        !holds(&kept.content, b"SECRETPLACE")
            && !holds(&kept.content, b"HIDDEN")
            && !holds(&kept.content, b"Exif")
    );
    let shown = image::load_from_memory(&kept.content).unwrap().into_rgb8();
    assert_eq!(shown.dimensions(), (32, 48), "turned upright");
    // Turned right, what was above is on the right side.
    assert!(shown.get_pixel(28, 24)[0] > 200 && shown.get_pixel(4, 24)[2] > 200);
}

#[rstest]
#[case(ImageFormat::Png, "image/png")]
#[case(ImageFormat::WebP, "image/jpeg")]
#[case(ImageFormat::Jpeg, "image/jpeg")]
fn pictures_are_known_by_their_content(#[case] format: ImageFormat, #[case] media_type: &str) {
    let kept = examine(&picture(format), &[FileType::Image], 1).unwrap();
    assert_eq!(kept.media_type, media_type);
    assert!(image::load_from_memory(&kept.content).is_ok());
    assert_eq!(
        examine(&picture(format), &[FileType::Pdf], 1).err(),
        Some(Refusal::Type)
    );
}

#[test]
fn a_picture_that_unpacks_to_gigabytes_is_refused_by_its_head() {
    let mut bomb = picture(ImageFormat::Png);
    // Width and height in the head, and the head's checksum made to fit.
    bomb[16..20].copy_from_slice(&19_000_u32.to_be_bytes());
    bomb[20..24].copy_from_slice(&19_000_u32.to_be_bytes());
    let mut crc = 0xFFFF_FFFF_u32;
    for byte in &bomb[12..29] {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                (crc >> 1) ^ 0xEDB8_8320
            } else {
                crc >> 1
            };
        }
    }
    bomb[29..33].copy_from_slice(&(!crc).to_be_bytes());
    assert_eq!(examine(&bomb, &ALL, 1).err(), Some(Refusal::TooManyPixels));
}

#[rstest]
#[case(b"%PDF-1.7\n1 0 obj\n%%EOF\n".to_vec(), "application/pdf")]
#[case("氏名,数\n髙橋,1\n".as_bytes().to_vec(), "text/csv")]
#[case(vec![0x8E, 0x81, 0x96, 0xBC, b',', b'1', b'\n'], "text/csv")]
#[case(zipped(&["[Content_Types].xml", "xl/workbook.xml"]), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")]
#[case(zipped(&["[Content_Types].xml", "word/document.xml"]), "application/vnd.openxmlformats-officedocument.wordprocessingml.document")]
fn documents_are_known_by_their_content(#[case] sent: Vec<u8>, #[case] media_type: &str) {
    let kept = examine(&sent, &ALL, 1).unwrap();
    assert_eq!(kept.media_type, media_type);
    assert_eq!(kept.content, sent);
}

#[rstest]
#[case(Vec::new(), Refusal::Empty)]
#[case(vec![b'a'; 1024 * 1024 + 1], Refusal::TooLarge)]
#[case(b"MZ\x90\0\x03".to_vec(), Refusal::Type)]
#[case(b"<html>,<script>".to_vec(), Refusal::Type)]
#[case(b"<svg xmlns='a,b'/>".to_vec(), Refusal::Type)]
#[case(zipped(&["a.exe"]), Refusal::Type)]
#[case(zipped(&["[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"]), Refusal::Type)]
#[case(b"PK\x03\x04 no archive".to_vec(), Refusal::Damaged)]
#[case(b"%PDF-1.7 cut".to_vec(), Refusal::Damaged)]
#[case(b"%PDF-1.7\ntrailer << /Encrypt 5 0 R >>\n%%EOF".to_vec(), Refusal::Protected)]
#[case(b"\xFF\xD8\xFF\xE0 no picture".to_vec(), Refusal::Damaged)]
fn what_is_not_asked_for_is_refused(#[case] sent: Vec<u8>, #[case] refusal: Refusal) {
    let outcome = examine(&sent, &ALL, 1).err();
    assert_eq!(outcome, Some(refusal));
    for language in Language::ALL {
        let text = refusal
            .message("住民票.exe", &ALL, 1)
            .in_language(language)
            .into_owned();
        assert!(
            text.contains("住民票.exe") && !text.contains('{') && !text.contains('⟦'),
            "{text}"
        );
    }
}

#[test]
fn names_lose_what_could_mislead() {
    assert_eq!(shortened("C:\\Users\\taro\\申請 書.pdf"), "申請 書.pdf");
    assert_eq!(shortened("../../etc/passwd"), "passwd");
    assert_eq!(shortened("a\u{202E}gpj.exe\n"), "agpj.exe");
    assert_eq!(
        shortened(&format!("{}.pdf", "長".repeat(300)))
            .chars()
            .count(),
        100
    );
}

/// A scanner that takes one file and gives an answer.
fn daemon(answer: &'static [u8]) -> (ClamAddress, JoinHandle<Vec<Vec<u8>>>) {
    virus_scanner_saying(1, move |_| answer)
}

#[test]
fn the_scanner_gets_the_whole_file_and_its_verdict_counts() {
    let content = vec![7_u8; 200_000];
    let (address, thread) = daemon(b"stream: OK\0");
    assert_eq!(scan(&address, &content).unwrap(), Verdict::Clean);
    assert_eq!(thread.join().unwrap(), [content]);

    let (address, thread) = daemon(b"stream: Eicar-Signature FOUND\0");
    assert_eq!(
        scan(&address, b"x").unwrap(),
        Verdict::Found("Eicar-Signature".to_owned())
    );
    thread.join().unwrap();

    let (address, thread) = daemon(b"INSTREAM size limit exceeded. ERROR\0");
    assert!(matches!(scan(&address, b"x"), Err(ScanError::Answer(_))));
    thread.join().unwrap();
}

#[test]
fn without_a_scanner_there_is_no_verdict() {
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let address: ClamAddress = format!("tcp://{free}").parse().unwrap();
    assert!(matches!(
        scan(&address, b"x"),
        Err(ScanError::Connection(_))
    ));
    assert!("127.0.0.1".parse::<ClamAddress>().is_err());
    assert!(matches!(
        "unix:/run/clamd.ctl".parse::<ClamAddress>(),
        Ok(ClamAddress::Unix(_))
    ));
}
