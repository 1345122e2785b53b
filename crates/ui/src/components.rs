//! What pages are made of: components by the names of the Digital Agency Design System. Each is a
//! struct that shows itself: `{{ component }}` in a template, or [`Html::of`](crate::Html::of).

mod buttons;
mod fields;
mod map;
mod messages;
mod navigation;
mod status;
mod table;

pub use buttons::{Button, ButtonKind, ButtonRow, LinkButton};
pub use fields::{
    CheckboxGroup, Choice, DateField, FileUpload, FormErrors, RadioGroup, SearchBox, Select,
    TextArea, TextField,
};
pub use map::{Map, MapClass, MapDrawing, MapLayer, MapPattern, MapSign, MapSwatch};
pub use messages::{Disclosure, EmptyState, ErrorSummary, NotificationBanner, Severity};
pub use navigation::{Pagination, Step, StepNavigation, StepState, Tabs};
pub use status::{ChipLabel, DescriptionList, Status, StatusBadge};
pub use table::{Cell, Column, Order, Row, Table};
