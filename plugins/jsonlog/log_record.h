// One record of an append log, as a provider's decoder sees it: what it says, and what becomes of
// it.
#pragma once

#include <kato/provider.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "json.h"
#include "record_key.h"

namespace kato::jsonlog {

struct RecordPlace {
  std::string_view line;  // without the line end
  uint64_t offset_bytes = 0;
  uint64_t length_bytes = 0;  // with the line end
  // In a document: which item of its list. Then `line` is the item.
  std::optional<uint64_t> item = std::nullopt;
};

// Lives while one record is decoded. A decoder
// 1. reads root(),
// 2. calls name_it() with the log's own words for the record, its id and its time,
// 3. calls draft(), fills in the payload, and emit()s, any number of times; or ignore()s, or holds.
// The outcome follows from that. A record of which nothing was said becomes raw: nothing is dropped
// in silence.
class LogRecord {
 public:
  // root: missing means the root of what `json` has parsed.
  LogRecord(const RecordPlace& place, Json& json, const sdk::Host& host, sdk::Emitter& out,
            RecordKeys& keys, std::string known_key = {}, Value root = {})
      : place_(place),
        json_(json),
        root_(root.exists() ? root : json.root()),
        host_(host),
        out_(out),
        keys_(keys),
        made_key_(std::move(known_key)),
        key_(made_key_) {}
  LogRecord(const LogRecord&) = delete;
  LogRecord& operator=(const LogRecord&) = delete;
  LogRecord(LogRecord&&) = delete;
  LogRecord& operator=(LogRecord&&) = delete;
  ~LogRecord() = default;

  [[nodiscard]] Value root() const noexcept { return root_; }
  // Texts that must live until the record is done.
  [[nodiscard]] Arena& arena() const noexcept { return json_.arena(); }
  [[nodiscard]] const RecordPlace& place() const noexcept { return place_; }
  [[nodiscard]] const sdk::Host& host() const noexcept { return host_; }
  [[nodiscard]] sdk::Emitter& out() const noexcept { return out_; }

  // type: "assistant/text", bounded, no text of the conversation. own_id: the log's id of the
  // record, "" if it has none. timestamp: as logged. All must live as long as the record.
  // To be called once, before all that follows, and for every record: keys depend on it.
  void name_it(std::string_view type, std::string_view own_id, std::string_view timestamp);
  // Another type than was said at first: more is known now.
  void rename(std::string_view type) noexcept { type_ = type; }
  // The key of the record: its own id, or one that is made (record_key.h).
  [[nodiscard]] std::string_view key() const noexcept { return key_; }
  [[nodiscard]] std::string_view timestamp() const noexcept { return timestamp_; }
  [[nodiscard]] std::string_view type() const noexcept { return type_; }

  // A draft with the record's key, place, type, id and time filled in. A part key that is too long,
  // because of an id in it, is replaced by its hash.
  [[nodiscard]] sdk::Draft draft(kato_event_kind kind, std::string_view part_key) const;
  // Hands it to the host; sets emit_index.
  void emit(sdk::Draft& draft);
  // provider.raw for the record as a whole, or for a part of it that has no mapping.
  void emit_raw(std::string_view part_key = "raw");
  // Why the record gives nothing. Without effect if it gave something. reason: static, kebab-case.
  void ignore(std::string_view reason) noexcept { reason_ = reason; }

  [[nodiscard]] bool gave_something() const noexcept { return emit_index_ > 0; }

 private:
  friend class AppendDecoder;
  friend class DocumentDecoder;

  // Tells the host what became of it.
  void account();
  [[nodiscard]] kato_record_outcome outcome() const noexcept;
  void report(kato_record_outcome outcome, std::string_view reason) const;

  RecordPlace place_;
  Json& json_;
  Value root_;
  const sdk::Host& host_;
  sdk::Emitter& out_;
  RecordKeys& keys_;
  std::string made_key_;
  std::string_view key_;  // made_key_ or own_id_
  std::string_view type_;
  std::string_view own_id_;
  std::string_view timestamp_;
  std::string_view reason_;
  uint32_t emit_index_ = 0;
  bool mapped_ = false;
  bool raw_ = false;
  bool held_ = false;
  size_t repairs_before_ = 0;  // of json_, that belong to other records
};

}  // namespace kato::jsonlog
