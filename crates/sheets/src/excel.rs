use std::io::Cursor;

use calamine::{Data, Range, Reader, SheetVisible, StyleRange, Xls, XlsError, Xlsx, XlsxError};

use crate::{Format, Grid, Limits, Merge, Row, SheetError, Workbook, display, zip_guard};

pub(crate) fn read_xlsx(bytes: &[u8], limits: &Limits) -> Result<Workbook, SheetError> {
    zip_guard::check(bytes, limits)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| match error {
        XlsxError::Password => SheetError::PasswordProtected,
        other => SheetError::Damaged {
            cause: other.to_string(),
        },
    })?;
    let sheets = book.sheets_metadata().to_vec();
    check_sheets(sheets.len(), limits)?;
    let mut grids = Vec::with_capacity(sheets.len());
    let mut cells_in_all = 0;
    for sheet in sheets {
        if sheet.typ != calamine::SheetType::WorkSheet {
            continue;
        }
        let damaged = |error: XlsxError| SheetError::Damaged {
            cause: format!("{}: {error}", sheet.name),
        };
        check_extent(&mut book, &sheet.name, limits)?;
        let range = book.worksheet_range(&sheet.name).map_err(damaged)?;
        let styles = book.worksheet_style(&sheet.name).map_err(damaged)?;
        let merges = book
            .merge_cells_by_sheet_name(&sheet.name)
            .unwrap_or_default();
        let mut grid = grid(
            &sheet.name,
            &range,
            Some(&styles),
            limits,
            &mut cells_in_all,
        )?;
        grid.hidden = sheet.visible != SheetVisible::Visible;
        grid.merges = merges
            .iter()
            .map(|area| Merge {
                first_row: area.start.0.saturating_add(1),
                first_column: area.start.1.saturating_add(1),
                last_row: area.end.0.saturating_add(1),
                last_column: area.end.1.saturating_add(1),
            })
            .collect();
        grids.push(grid);
    }
    finish(grids, Format::Xlsx)
}

/// Looks where the cells stand before a range is built: two cells at opposite corners of a sheet would otherwise ask for
/// seventeen thousand million cells of memory.
fn check_extent(
    book: &mut Xlsx<Cursor<&[u8]>>,
    sheet: &str,
    limits: &Limits,
) -> Result<(), SheetError> {
    let damaged = |error: XlsxError| SheetError::Damaged {
        cause: format!("{sheet}: {error}"),
    };
    let mut reader = book.worksheet_cells_reader(sheet).map_err(damaged)?;
    let (mut rows, mut columns) = (0_usize, 0_usize);
    while let Some(cell) = reader.next_cell().map_err(damaged)? {
        let (row, column) = cell.get_position();
        let size = match cell.get_value() {
            calamine::DataRef::String(text) => text.len(),
            calamine::DataRef::SharedString(text) => text.len(),
            calamine::DataRef::Empty => continue,
            _ => 0,
        };
        if size > limits.cell_bytes {
            return Err(SheetError::CellTooLarge {
                sheet: Some(sheet.to_owned()),
                row: row.saturating_add(1),
                column: column.saturating_add(1),
                bytes: size,
                limit: limits.cell_bytes,
            });
        }
        rows = rows.max(row as usize + 1);
        columns = columns.max(column as usize + 1);
        if columns > limits.columns {
            return Err(SheetError::TooManyColumns {
                sheet: Some(sheet.to_owned()),
                row: row.saturating_add(1),
                columns,
                limit: limits.columns,
            });
        }
        if rows > limits.rows {
            return Err(SheetError::TooManyRows {
                sheet: Some(sheet.to_owned()),
                limit: limits.rows,
            });
        }
    }
    if rows.saturating_mul(columns) > limits.cells {
        return Err(SheetError::TooManyCells {
            limit: limits.cells,
        });
    }
    Ok(())
}

pub(crate) fn read_xls(bytes: &[u8], limits: &Limits) -> Result<Workbook, SheetError> {
    if holds_name(bytes, "EncryptedPackage") || holds_name(bytes, "EncryptionInfo") {
        return Err(SheetError::PasswordProtected);
    }
    if !holds_name(bytes, "Workbook") && !holds_name(bytes, "Book") {
        return Err(SheetError::NotASheet {
            what: "an older Office file",
        });
    }
    let mut book: Xls<_> = Xls::new(Cursor::new(bytes)).map_err(|error| match error {
        XlsError::Password => SheetError::PasswordProtected,
        other => SheetError::Damaged {
            cause: other.to_string(),
        },
    })?;
    let sheets = book.sheets_metadata().to_vec();
    check_sheets(sheets.len(), limits)?;
    let mut grids = Vec::with_capacity(sheets.len());
    let mut cells_in_all = 0;
    for sheet in sheets {
        let range = book
            .worksheet_range(&sheet.name)
            .map_err(|error| SheetError::Damaged {
                cause: error.to_string(),
            })?;
        let mut grid = grid(&sheet.name, &range, None, limits, &mut cells_in_all)?;
        grid.hidden = sheet.visible != SheetVisible::Visible;
        grids.push(grid);
    }
    finish(grids, Format::Xls)
}

/// Whether a name stands in the directory of a compound file, where names are UTF-16.
fn holds_name(bytes: &[u8], name: &str) -> bool {
    let wanted: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

fn check_sheets(sheets: usize, limits: &Limits) -> Result<(), SheetError> {
    if sheets > limits.sheets {
        Err(SheetError::TooManySheets {
            sheets,
            limit: limits.sheets,
        })
    } else {
        Ok(())
    }
}

fn finish(sheets: Vec<Grid>, format: Format) -> Result<Workbook, SheetError> {
    if sheets.iter().all(|grid| grid.rows.is_empty()) {
        return Err(SheetError::Empty);
    }
    Ok(Workbook {
        sheets,
        format,
        charset: None,
    })
}

fn grid(
    name: &str,
    range: &Range<Data>,
    styles: Option<&StyleRange>,
    limits: &Limits,
    cells_in_all: &mut usize,
) -> Result<Grid, SheetError> {
    let Some((first_row, first_column)) = range.start() else {
        return Ok(Grid {
            name: Some(name.to_owned()),
            ..Grid::default()
        });
    };
    let (height, width) = range.get_size();
    let named = || Some(name.to_owned());
    if height + first_row as usize > limits.rows {
        return Err(SheetError::TooManyRows {
            sheet: named(),
            limit: limits.rows,
        });
    }
    let columns = width + first_column as usize;
    if columns > limits.columns {
        return Err(SheetError::TooManyColumns {
            sheet: named(),
            row: first_row + 1,
            columns,
            limit: limits.columns,
        });
    }
    *cells_in_all += height.saturating_mul(columns);
    if *cells_in_all > limits.cells {
        return Err(SheetError::TooManyCells {
            limit: limits.cells,
        });
    }
    let mut rows = Vec::with_capacity(height);
    for (offset, data) in range.rows().enumerate() {
        let row = first_row + u32::try_from(offset).unwrap_or(u32::MAX);
        let mut cells = vec![String::new(); first_column as usize];
        for (column, value) in data.iter().enumerate() {
            let column = first_column + u32::try_from(column).unwrap_or(u32::MAX);
            let format = styles
                .and_then(|styles| styles.get((row, column)))
                .and_then(|style| style.number_format.as_ref())
                .map_or("General", |format| format.format_code.as_str());
            let text = display::text(value, format);
            if text.len() > limits.cell_bytes {
                return Err(SheetError::CellTooLarge {
                    sheet: named(),
                    row: row + 1,
                    column: column + 1,
                    bytes: text.len(),
                    limit: limits.cell_bytes,
                });
            }
            cells.push(text);
        }
        rows.push(Row {
            line: row + 1,
            cells,
        });
    }
    Ok(Grid {
        name: named(),
        hidden: false,
        rows,
        merges: Vec::new(),
    })
}
