#include <bit>
#include <cstring>

#include "host/base/base64.h"
#include "host/base/time_text.h"
#include "host/event/event_id.h"
#include "host/event/json_text.h"
#include "host/session/checksum.h"
#include "host/session/json_fields.h"
#include "host/session/meta_words.h"
#include "host/session/session_meta_json.h"

namespace kato {
namespace {

void text_unless_empty(JsonObject& object, std::string_view name, const std::string& text) {
  if (!text.empty()) object.text(name, text);
}

void path_unless_empty(JsonObject& object, std::string_view name, const std::string& path) {
  if (!path.empty()) object.text(name, json_text_of_path(path));
}

void time_if_known(JsonObject& object, std::string_view name,
                   const std::optional<UnixMillis>& time) {
  if (time) object.text(name, format_rfc3339(*time));
}

std::string bytes_of(const std::vector<uint64_t>& numbers) {
  static_assert(std::endian::native == std::endian::little, "the bytes are little-endian");
  std::string bytes(numbers.size() * sizeof(uint64_t), '\0');
  std::memcpy(bytes.data(), numbers.data(), bytes.size());
  return bytes;
}

class MetaWriter {
 public:
  explicit MetaWriter(std::string& out) : out_(out) {}

  void write(const SessionMeta& meta) {
    JsonObject whole(out_);
    whole.number("schemaVersion", kMetaSchemaVersion);
    identity(whole, meta.identity);
    whole.number("commit", meta.commit);
    whole.flag_if_set("private", meta.is_private);
    whole.flag_if_set("cleaned", meta.cleaned);
    list(whole, "sources", meta.sources, [this](const SourceMeta& source) { one(source); });
    list(whole, "interleaving", meta.interleaving, [this](const SourceStretch& stretch) {
      JsonObject object(out_);
      object.number("source", stretch.source);
      object.number("end", stretch.end);
    });
    whole.number("nextSeq", meta.next_seq);
    whole.number("events", meta.event_count);
    whole.number("knownIds", meta.known_ids.count);
    if (meta.known_ids.hash) whole.text("knownIdsHash", to_hex(*meta.known_ids.hash));
    if (meta.known_ids.renewed_hash) {
      whole.text("renewedIdsHash", to_hex(*meta.known_ids.renewed_hash));
    }
    twin(whole, meta.twin);
    if (meta.command_cursor) position(whole, "commandCursor", *meta.command_cursor);
    if (meta.unfinished_message) {
      whole.text("unfinishedMessage", to_hex(*meta.unfinished_message));
    }
    whole.key("ledger");
    append_ledger_json(out_, meta.ledger);
    list(whole, "pendingExports", meta.pending_exports,
         [this](const PendingExport& pending) { one(pending); });
    list(whole, "recordings", meta.recordings,
         [this](const RecordingMeta& recording) { one(recording); });
  }

 private:
  template <class Range, class One>
  void list(JsonObject& object, std::string_view name, const Range& range, One&& one) {
    if (range.empty()) return;
    object.key(name);
    append_json_array(out_, range, one);
  }

  void identity(JsonObject& whole, const SessionIdentity& identity) {
    whole.key("session");
    JsonObject object(out_);
    object.text("provider", identity.provider);
    object.text("providerSessionId", identity.provider_session_id);
    object.text("sessionId", identity.session_id);
    object.text("shortId", short_id(identity.session_id));
    text_unless_empty(object, "parent", identity.parent_provider_session_id);
    if (identity.parentage != SessionParentage::kNone) {
      object.text("parentage", word_of(kParentageWords, identity.parentage));
    }
    if (identity.driver != SessionDriver::kUnknown) {
      object.text("driver", word_of(kDriverWords, identity.driver));
    }
    path_unless_empty(object, "project", identity.project_directory);
    text_unless_empty(object, "clientVersion", identity.client_version);
    text_unless_empty(object, "title", identity.title);
    time_if_known(object, "firstTime", identity.first_time);
    time_if_known(object, "lastTime", identity.last_time);
  }

  void blob(JsonObject& object, std::string_view name, const std::optional<SavedBlob>& saved) {
    if (!saved) return;
    object.key(name);
    JsonObject inner(out_);
    inner.number("version", saved->version);
    inner.text("blob", to_base64(saved->bytes));
  }

  void file_id(JsonObject& object, const FileId& id) {
    object.number("device", id.device);
    object.number("inode", id.inode);
  }

  void one(const SourceMeta& source) {
    JsonObject object(out_);
    object.text("path", json_text_of_path(source.path));
    path_unless_empty(object, "root", source.root);
    file_id(object, source.id);
    object.number("size", source.size_bytes);
    object.number("mtimeNs", source.mtime_ns);
    object.number("headLength", source.head_length_bytes);
    object.text("headHash", to_hex(source.head_hash));
    object.text("relation", word_of(kRoleWords, source.role));
    object.text("standing", word_of(kStandingWords, source.standing));
    text_unless_empty(object, "standingReason", source.standing_reason);
    object.number("rank", source.rank);
    text_unless_empty(object, "continuesSource", source.continues_source);
    text_unless_empty(object, "continuesAt", source.continues_at);
    text_unless_empty(object, "firstRecordKey", source.first_record_key);
    object.key("cursor");
    cursor(source.cursor);
    if (source.anchor) anchor(object, "anchor", *source.anchor);
    text_unless_empty(object, "pluginVersion", source.plugin_version);
    blob(object, "state", source.decoder);
    list(object, "held", source.held, [this](const HeldRange& held) {
      JsonObject inner(out_);
      inner.text("key", held.key);
      range(inner, held.offset_bytes, held.length_bytes, held.hash);
    });
    if (source.alignment != SourceAlignment{}) alignment(object, source.alignment);
    text_unless_empty(object, "copiesSession", source.copies_session);
    if (source.counted_records > 0) object.number("countedRecords", source.counted_records);
    if (source.former_events > 0) object.number("formerEvents", source.former_events);
    object.flag_if_set("retelling", source.retelling);
    if (!source.left_out.empty()) object.text("leftOut", to_base64(bytes_of(source.left_out)));
    object.flag_if_set("contentsRenewed", source.contents_renewed);
    if (source.last_said) mark(object, "lastSaid", *source.last_said);
  }

  void alignment(JsonObject& object, const SourceAlignment& alignment) {
    object.key("alignment");
    JsonObject inner(out_);
    inner.flag_if_set("due", alignment.due);
    inner.number("draftsToSkip", alignment.drafts_to_skip);
    if (alignment.known_from) inner.number("knownFrom", *alignment.known_from);
    inner.number("quietUntil", alignment.quiet_until_bytes);
    inner.flag_if_set("historyGone", alignment.history_gone);
    if (alignment.compared) anchor(inner, "compared", *alignment.compared);
    inner.flag_if_set("wasSilent", alignment.was_silent);
  }

  void cursor(const StoredCursor& cursor) {
    JsonObject object(out_);
    object.text("kind", word_of(kCursorWords, cursor.kind));
    object.number("value", cursor.value);
    text_unless_empty(object, "opaque", cursor.opaque);
  }

  void range(JsonObject& object, uint64_t offset, uint64_t length, uint64_t hash) {
    object.number("offset", offset);
    object.number("length", length);
    object.text("hash", to_hex(hash));
  }

  void anchor(JsonObject& object, std::string_view name, const RecordAnchor& anchor) {
    object.key(name);
    JsonObject inner(out_);
    inner.text("key", anchor.key);
    range(inner, anchor.offset_bytes, anchor.length_bytes, anchor.hash);
    inner.text("endsHash", to_hex(anchor.ends_hash));
  }

  void twin(JsonObject& whole, const TwinMeta& twin) {
    whole.key("twin");
    JsonObject object(out_);
    object.flag_if_set("exists", twin.exists);
    object.number("generation", twin.generation);
    object.number("size", twin.size_bytes);
    if (twin.lost_events > 0) object.number("lostEvents", twin.lost_events);
  }

  void position(JsonObject& object, std::string_view name, const EventPosition& position) {
    object.key(name);
    JsonObject inner(out_);
    inner.number("seq", position.seq);
    inner.text("eventId", to_hex(position.event_id));
  }

  void mark(JsonObject& object, std::string_view name, const RecordMark& mark) {
    object.key(name);
    JsonObject inner(out_);
    inner.text("key", mark.key);
    inner.text("hash", to_hex(mark.hash));
  }

  void mark(JsonObject& object, std::string_view name, const DestinationMark& mark) {
    object.key(name);
    JsonObject inner(out_);
    inner.flag_if_set("exists", mark.exists);
    if (!mark.exists) return;
    file_id(inner, mark.id);
    inner.number("size", mark.size_bytes);
    inner.number("tailLength", mark.tail_length_bytes);
    inner.text("tailHash", to_hex(mark.tail_hash));
  }

  void hash(JsonObject& object, std::string_view name, const GrowingHash::Value& value) {
    object.key(name);
    JsonObject inner(out_);
    inner.number("size", value.size_bytes);
    inner.text("chain", to_hex(value.chain));
    inner.text("rest", to_hex(value.rest));
  }

  void one(const PendingExport& pending) {
    JsonObject object(out_);
    object.text("exportId", pending.export_id);
    object.text("destination", json_text_of_path(pending.destination));
    object.text("sink", pending.sink);
    text_unless_empty(object, "sinkPlugin", pending.sink_plugin);
    if (!pending.options_json.empty()) object.raw_if_present("options", pending.options_json);
    text_unless_empty(object, "timeZone", pending.time_zone);
    time_if_known(object, "created", pending.created);
    object.text("origin", word_of(kOriginWords, pending.origin));
    position(object, "through", pending.through);
    object.flag_if_set("begun", pending.begun);
    object.flag_if_set("goesOn", pending.goes_on);
    object.flag_if_set("doubted", pending.doubted);
    object.flag_if_set("beginsLine", pending.begins_line);
    if (pending.written_bytes > 0) object.number("written", pending.written_bytes);
    mark(object, "after", pending.after);
    if (pending.unsure) unsure(object, *pending.unsure);
  }

  void period_mark(JsonObject& object, std::string_view name, const PeriodMark& mark) {
    object.key(name);
    JsonObject inner(out_);
    inner.number("seq", mark.seq);
    if (mark.event_id) inner.text("eventId", to_hex(*mark.event_id));
    time_if_known(inner, "time", mark.time);
    if (mark.behind) inner.text("behind", to_hex(*mark.behind));
  }

  void periods(JsonObject& object, const std::vector<RecordingPeriod>& periods) {
    list(object, "periods", periods, [this](const RecordingPeriod& period) {
      JsonObject inner(out_);
      period_mark(inner, "start", period.start);
      if (period.stop) period_mark(inner, "stop", *period.stop);
    });
  }

  void unsure(JsonObject& object, const UnsureStretch& stretch) {
    object.key("unsure");
    JsonObject inner(out_);
    inner.number("offset", stretch.offset_bytes);
    inner.number("end", stretch.end_bytes);
    if (stretch.skipped_bytes > 0) inner.number("skipped", stretch.skipped_bytes);
    inner.flag_if_set("beginsLine", stretch.begins_line);
    inner.flag_if_set("afterPowerLoss", stretch.after_power_loss);
    time_if_known(inner, "changedAt", stretch.changed);
  }

  void intent(JsonObject& object, const ReplacementIntent& intent) {
    object.key("replacement");
    JsonObject inner(out_);
    mark(inner, "before", intent.before);
    hash(inner, "beforeHash", intent.before_hash);
    file_id(inner, intent.new_id);
    hash(inner, "newHash", intent.new_hash);
    path_unless_empty(inner, "newPath", intent.new_path);
    path_unless_empty(inner, "sibling", intent.sibling);
    periods(inner, intent.periods);
  }

  void one(const RecordingMeta& recording) {
    JsonObject object(out_);
    object.text("recordingId", recording.recording_id);
    object.text("destination", json_text_of_path(recording.destination));
    object.text("sink", recording.sink);
    text_unless_empty(object, "sinkPlugin", recording.sink_plugin);
    text_unless_empty(object, "sinkVersion", recording.sink_version);
    if (!recording.options_json.empty()) object.raw_if_present("options", recording.options_json);
    text_unless_empty(object, "timeZone", recording.time_zone);
    time_if_known(object, "created", recording.created);
    object.text("state", word_of(kDesiredWords, recording.desired));
    if (recording.cursor.written) position(object, "writeCursor", *recording.cursor.written);
    object.number("twinOffset", recording.cursor.twin_offset);
    object.number("twinGeneration", recording.cursor.twin_generation);
    mark(object, "after", recording.after);
    if (recording.unsure) unsure(object, *recording.unsure);
    blob(object, "sinkState", recording.state);
    if (recording.whole_file) hash(object, "wholeFile", *recording.whole_file);
    periods(object, recording.periods);
    if (recording.intent) intent(object, *recording.intent);
  }

  std::string& out_;
};

}  // namespace

std::string meta_to_json(const SessionMeta& meta) {
  std::string out;
  out.reserve(2048);
  MetaWriter(out).write(meta);
  append_checksum(out);
  out.push_back('\n');
  return out;
}

}  // namespace kato
