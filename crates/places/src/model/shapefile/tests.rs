use std::io::Write as _;

use proptest::prelude::*;
use zip::{ZipWriter, write::SimpleFileOptions};

use super::*;

const JGD2011: &str =
    "GEOGCS[\"GCS_JGD_2011\",DATUM[\"D_JGD_2011\",SPHEROID[\"GRS_1980\",6378137.0,298.257222101]]]";
const ZONE_9: &str =
    "PROJCS[\"JGD_2011_Japan_Zone_9\",GEOGCS[\"GCS_JGD_2011\",DATUM[\"D_JGD_2011\"]]]";

fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A `.shp` file with these records.
fn shp(records: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![0; 100];
    bytes[..4].copy_from_slice(&9994_u32.to_be_bytes());
    for (at, record) in records.iter().enumerate() {
        bytes.extend(u32::try_from(at + 1).unwrap().to_be_bytes());
        bytes.extend(u32::try_from(record.len() / 2).unwrap().to_be_bytes());
        bytes.extend(record);
    }
    bytes
}

fn point(x: f64, y: f64) -> Vec<u8> {
    let mut record = 1_u32.to_le_bytes().to_vec();
    record.extend([x, y].iter().flat_map(|number| number.to_le_bytes()));
    record
}

fn parts(kind: u32, parts: &[&[[f64; 2]]]) -> Vec<u8> {
    let mut record = kind.to_le_bytes().to_vec();
    record.extend([0; 32]);
    let count: usize = parts.iter().map(|part| part.len()).sum();
    record.extend(u32::try_from(parts.len()).unwrap().to_le_bytes());
    record.extend(u32::try_from(count).unwrap().to_le_bytes());
    let mut from = 0_u32;
    for part in parts {
        record.extend(from.to_le_bytes());
        from += u32::try_from(part.len()).unwrap();
    }
    record.extend(
        parts
            .iter()
            .flat_map(|part| part.iter())
            .flatten()
            .flat_map(|number| number.to_le_bytes()),
    );
    record
}

/// A `.dbf` file: fields with kind and length, and rows of cells that are as long.
fn dbf(fields: &[(&[u8], u8, u8)], rows: &[&[&[u8]]]) -> Vec<u8> {
    let length: usize = fields
        .iter()
        .map(|field| usize::from(field.2))
        .sum::<usize>()
        + 1;
    let mut bytes = vec![3, 126, 1, 1];
    bytes.extend(u32::try_from(rows.len()).unwrap().to_le_bytes());
    bytes.extend(u16::try_from(33 + 32 * fields.len()).unwrap().to_le_bytes());
    bytes.extend(u16::try_from(length).unwrap().to_le_bytes());
    bytes.extend([0; 20]);
    for (name, kind, length) in fields {
        let mut field = [0; 32];
        field[..name.len()].copy_from_slice(name);
        field[11] = *kind;
        field[16] = *length;
        bytes.extend(field);
    }
    bytes.push(0x0D);
    for row in rows {
        bytes.push(b' ');
        for (cell, field) in row.iter().zip(fields) {
            let mut cell = cell.to_vec();
            cell.resize(usize::from(field.2), b' ');
            bytes.extend(cell);
        }
    }
    bytes
}

fn names(rows: &[&[&[u8]]]) -> Vec<u8> {
    dbf(&[("名称".as_bytes(), b'C', 12)], rows)
}

fn found(parts: &[(&str, &[u8])]) -> Result<Content, ShapefileError> {
    let archive = zipped(parts);
    assert!(is_one(&archive) || parts.iter().all(|(name, _)| ending(name) != "shp"));
    read(&archive, &Limits::default())
}

#[test]
fn points_in_a_plane_system_are_where_they_belong() {
    // X = 11,543.6883 m, Y = 22,916.2436 m in system IX is 36°06′13.58925″ N, 140°05′16.27815″ E, as PROJ says, too. And the origin is
    // where the notice puts it.
    let shp = shp(&[point(22_916.243_6, 11_543.688_3), point(0.0, 0.0)]);
    let (name, _, _) = SHIFT_JIS.encode("名称");
    let (first, _, _) = SHIFT_JIS.encode("つくば①");
    let dbf = dbf(
        &[
            (&name, b'C', 12),
            (b"day", b'D', 8),
            (b"n", b'N', 4),
            (b"l", b'L', 1),
        ],
        &[
            &[&first, b"20260401", b" 1.5", b"T"],
            &[b"=1+1", b"00000000", b"****", b"?"],
        ],
    );
    let content = found(&[
        ("a/A.shp", &shp),
        ("a/A.DBF", &dbf),
        ("a/a.prj", ZONE_9.as_bytes()),
        ("a/a.shx", b"is not read"),
        ("__MACOSX/._A.shp", b"is none"),
    ])
    .unwrap();
    assert_eq!(content.header, ["名称", "day", "n", "l", "緯度", "経度"]);
    assert_eq!(content.rows[0][..4], ["つくば①", "2026-04-01", "1.5", "T"]);
    assert_eq!(content.rows[1][..4], ["=1+1", "", "", ""]);
    let near = |cell: &str, degrees: f64| (cell.parse::<f64>().unwrap() - degrees).abs() < 1e-8;
    assert!(
        near(&content.rows[0][4], 36.0 + 6.0 / 60.0 + 13.589_25 / 3600.0),
        "{:?}",
        content.rows
    );
    assert!(
        near(&content.rows[0][5], 140.0 + 5.0 / 60.0 + 16.278_15 / 3600.0),
        "{:?}",
        content.rows
    );
    assert!(near(&content.rows[1][4], 36.0) && near(&content.rows[1][5], 139.0 + 50.0 / 60.0));
}

#[test]
fn areas_keep_their_holes_and_turn_as_geojson_wants() {
    let outer: &[[f64; 2]] = &[
        [139.0, 38.0],
        [139.0, 39.0],
        [140.0, 39.0],
        [140.0, 38.0],
        [139.0, 38.0],
    ];
    let hole: &[[f64; 2]] = &[[139.2, 38.2], [139.4, 38.2], [139.4, 38.4], [139.2, 38.2]];
    let other: &[[f64; 2]] = &[[135.0, 34.0], [135.0, 35.0], [136.0, 34.0], [135.0, 34.0]];
    let shp = shp(&[
        parts(5, &[outer, hole]),
        parts(15, &[other, hole, outer]),
        parts(3, &[outer]),
        0_u32.to_le_bytes().to_vec(),
    ]);
    let content = found(&[
        ("a.shp", &shp),
        ("a.dbf", &names(&[&[b"1"], &[b"2"], &[b"3"], &[b"4"]])),
        ("a.prj", JGD2011.as_bytes()),
        ("a.cpg", b"UTF-8\r\n"),
    ])
    .unwrap();
    assert_eq!(content.header, ["名称"]);
    let first = &content.shapes[0];
    assert_eq!(first["type"], "Polygon");
    assert_eq!(first["coordinates"].as_array().unwrap().len(), 2);
    assert_eq!(first["coordinates"][0][1], json!([140.0, 38.0]));
    let second = &content.shapes[1];
    assert_eq!(second["type"], "MultiPolygon");
    let rings: Vec<usize> = second["coordinates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|area| area.as_array().unwrap().len())
        .collect();
    assert_eq!(rings, [1, 2]);
    assert_eq!(content.shapes[2]["type"], "LineString");
    assert_eq!(content.shapes[3], Json::Null);
    // A map takes what comes out.
    assert!(content.to_geojson().is_some());
}

#[test]
fn what_cannot_be_read_is_told() {
    let shapes = shp(&[point(139.0, 38.0)]);
    let table = names(&[&[b"1"]]);
    let prj = JGD2011.as_bytes();
    let whole: [(&str, &[u8]); 3] = [("a.shp", &shapes), ("a.dbf", &table), ("a.prj", prj)];
    assert_eq!(found(&whole).unwrap().rows.len(), 1);
    let with = |at: usize, bytes: &[u8]| {
        let mut parts = whole;
        parts[at].1 = bytes;
        found(&parts).unwrap_err().to_string()
    };
    for (told, error) in [
        ("no .prj", found(&whole[..2]).unwrap_err().to_string()),
        ("no .shp", found(&whole[1..]).unwrap_err().to_string()),
        ("2 Shapefiles", {
            let b: (&str, &[u8]) = ("b.shp", &shapes);
            found(&[whole[0], whole[1], whole[2], b])
                .unwrap_err()
                .to_string()
        }),
        (
            "GCS_Tokyo",
            with(2, b"GEOGCS[\"GCS_Tokyo\",DATUM[\"D_Tokyo\"]]"),
        ),
        ("breaks off", with(0, &shapes[..110])),
        ("breaks off", with(1, &table[..40])),
        ("not as many", with(1, &names(&[]))),
        ("lies nowhere", with(0, &shp(&[point(1_000.0, 2.0)]))),
        ("lies nowhere", with(0, &shp(&[point(f64::NAN, 2.0)]))),
        ("kind 31", with(0, &shp(&[31_u32.to_le_bytes().to_vec()]))),
    ] {
        assert!(error.contains(told), "{error}");
    }
    // Counts that are not there are not believed.
    let mut many = parts(5, &[&[[139.0, 38.0]]]);
    many[40..44].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(with(0, &shp(&[many])).contains("more than"));
    let mut many = table.clone();
    many[4..8].copy_from_slice(&90_000_u32.to_le_bytes());
    assert!(with(1, &many).contains("breaks off"));
    let bomb = vec![0; 60 << 20];
    assert!(with(0, &bomb).contains("unpack"));
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_fail_badly(
        mut shapes in Just(shp(&[point(139.0, 38.0), parts(5, &[&[[139.0, 38.0], [139.0, 39.0], [140.0, 39.0], [139.0, 38.0]]])])),
        mut table in Just(names(&[&[b"1"], &[b"2"]])),
        changes in prop::collection::vec((any::<bool>(), any::<prop::sample::Index>(), any::<u8>()), 0..12),
    ) {
        for (is_shape, at, byte) in changes {
            let bytes = if is_shape { &mut shapes } else { &mut table };
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = read(&zipped(&[("a.shp", &shapes), ("a.dbf", &table), ("a.prj", JGD2011.as_bytes())]), &Limits::default());
    }
}
