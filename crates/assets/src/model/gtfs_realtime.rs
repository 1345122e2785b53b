//! Where vehicles are, as GTFS Realtime 2.0 (<https://gtfs.org/documentation/realtime/reference/>): the parts of its protocol buffer that
//! positions need. The numbers of the fields are those of `gtfs-realtime.proto`.

use jiff::Timestamp;
use prost::Message;
use yakuba_kernel::Point;

/// The media type that readers of GTFS Realtime expect.
pub const MEDIA_TYPE: &str = "application/x-protobuf";
/// Every message holds all vehicles.
const FULL_DATASET: i32 = 0;

/// A vehicle and where it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vehicle {
    /// The asset's number in the city.
    pub asset: i64,
    /// Its number within its kind.
    pub number: String,
    /// What it is called.
    pub name: String,
    /// Where it was.
    pub point: Point,
    /// When it told so.
    pub told_at: Timestamp,
}

#[derive(Clone, PartialEq, Message)]
struct FeedMessage {
    #[prost(message, required, tag = "1")]
    header: FeedHeader,
    #[prost(message, repeated, tag = "2")]
    entity: Vec<FeedEntity>,
}

#[derive(Clone, PartialEq, Message)]
struct FeedHeader {
    #[prost(string, required, tag = "1")]
    gtfs_realtime_version: String,
    #[prost(int32, optional, tag = "2")]
    incrementality: Option<i32>,
    #[prost(uint64, optional, tag = "3")]
    timestamp: Option<u64>,
}

#[derive(Clone, PartialEq, Message)]
struct FeedEntity {
    #[prost(string, required, tag = "1")]
    id: String,
    #[prost(message, optional, tag = "4")]
    vehicle: Option<VehiclePosition>,
}

#[derive(Clone, PartialEq, Message)]
struct VehiclePosition {
    #[prost(message, optional, tag = "2")]
    position: Option<Position>,
    #[prost(uint64, optional, tag = "5")]
    timestamp: Option<u64>,
    #[prost(message, optional, tag = "8")]
    vehicle: Option<VehicleDescriptor>,
}

#[derive(Clone, PartialEq, Message)]
struct Position {
    #[prost(float, required, tag = "1")]
    latitude: f32,
    #[prost(float, required, tag = "2")]
    longitude: f32,
}

#[derive(Clone, PartialEq, Message)]
struct VehicleDescriptor {
    #[prost(string, optional, tag = "1")]
    id: Option<String>,
    #[prost(string, optional, tag = "2")]
    label: Option<String>,
}

fn seconds(at: Timestamp) -> Option<u64> {
    u64::try_from(at.as_second()).ok()
}

/// All vehicles as one message. A position has the exactness of the format's 32 bits, which is a metre.
pub fn positions(now: Timestamp, vehicles: &[Vehicle]) -> Vec<u8> {
    let message = FeedMessage {
        header: FeedHeader {
            gtfs_realtime_version: "2.0".to_owned(),
            incrementality: Some(FULL_DATASET),
            timestamp: seconds(now),
        },
        entity: vehicles
            .iter()
            .map(|vehicle| {
                let (latitude, longitude) = vehicle.point.millionths();
                FeedEntity {
                    id: vehicle.asset.to_string(),
                    vehicle: Some(VehiclePosition {
                        position: Some(Position {
                            latitude: degrees(latitude),
                            longitude: degrees(longitude),
                        }),
                        timestamp: seconds(vehicle.told_at),
                        vehicle: Some(VehicleDescriptor {
                            id: Some(vehicle.number.clone()),
                            label: Some(vehicle.name.clone()),
                        }),
                    }),
                }
            })
            .collect(),
    };
    message.encode_to_vec()
}

#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)] // the format's own exactness
fn degrees(millionths: i64) -> f32 {
    (millionths as f64 / 1_000_000.0) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_byte_for_byte_that_of_the_official_binding() {
        // Written by gtfs-realtime-bindings 1.0.0 of PyPI with the same contents.
        const OFFICIAL: &str = "0a0d0a03322e30100018ac9589d80612320a023132222c120a0d2f9d09421556ff064328f09489d80642180a05422d303031120f\
                                e38199e381bfe3818be3828fe58fb7";
        let vehicle = Vehicle {
            asset: 12,
            number: "B-001".to_owned(),
            name: "すみかわ号".to_owned(),
            point: Point::from_millionths(34_403_500, 134_997_400).unwrap(),
            told_at: Timestamp::from_second(1_795_312_240).unwrap(),
        };
        let now = Timestamp::from_second(1_795_312_300).unwrap();
        let written = positions(now, std::slice::from_ref(&vehicle));
        let official: Vec<u8> = OFFICIAL
            .as_bytes()
            .chunks(2)
            .map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap())
            .collect();
        assert_eq!(written, official);
    }

    #[test]
    fn without_vehicles_there_is_still_a_message() {
        let empty = positions(Timestamp::UNIX_EPOCH, &[]);
        let message = FeedMessage::decode(empty.as_slice()).unwrap();
        assert_eq!(message.header.gtfs_realtime_version, "2.0");
        assert!(message.entity.is_empty());
    }
}
