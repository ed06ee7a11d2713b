#include <cstring>

#include <nlohmann/json.hpp>

#include "host/event/event_id.h"
#include "host/session/checksum.h"
#include "host/session/json_fields.h"
#include "host/session/meta_words.h"
#include "host/session/session_meta_json.h"

namespace kato {
namespace {

template <class T, size_t kCount>
void word(JsonFields& fields, std::string_view name, const Words<T, kCount>& words, T& out) {
  fields.one_of(name, out, [&](std::string_view text) { return value_of(words, text); });
}

void read_identity(JsonFields& fields, SessionIdentity& identity) {
  std::string short_form;
  fields.text("provider", identity.provider, Need::kMust);
  fields.text("providerSessionId", identity.provider_session_id, Need::kMust);
  fields.text("sessionId", identity.session_id, Need::kMust);
  fields.text("shortId", short_form);
  fields.text("parent", identity.parent_provider_session_id);
  word(fields, "parentage", kParentageWords, identity.parentage);
  word(fields, "driver", kDriverWords, identity.driver);
  fields.path("project", identity.project_directory);
  fields.text("clientVersion", identity.client_version);
  fields.text("title", identity.title);
  fields.time("firstTime", identity.first_time);
  fields.time("lastTime", identity.last_time);
  if (identity.session_id != make_session_id(identity.provider, identity.provider_session_id)) {
    fields.complain("sessionId", "does not belong to this provider and providerSessionId");
  }
}

void read_blob(JsonFields& fields, std::string_view name, std::optional<SavedBlob>& out) {
  fields.object(name, [&](JsonFields& inner) {
    SavedBlob blob;
    inner.number("version", blob.version, Need::kMust);
    inner.base64("blob", blob.bytes);
    out = std::move(blob);
  });
}

void read_file_id(JsonFields& fields, FileId& id) {
  fields.number("device", id.device);
  fields.number("inode", id.inode);
}

template <class Range>
void read_range(JsonFields& fields, Range& range) {
  fields.text("key", range.key, Need::kMust);
  fields.number("offset", range.offset_bytes, Need::kMust);
  fields.number("length", range.length_bytes, Need::kMust);
  fields.hex("hash", range.hash, Need::kMust);
}

void read_anchor(JsonFields& fields, std::string_view name, std::optional<RecordAnchor>& anchor) {
  fields.object(name, [&](JsonFields& inner) {
    read_range(inner, anchor.emplace());
    inner.hex("endsHash", anchor->ends_hash);
  });
}

void read_alignment(JsonFields& fields, SourceAlignment& alignment) {
  fields.flag("due", alignment.due);
  fields.number("draftsToSkip", alignment.drafts_to_skip);
  if (fields.has("knownFrom")) fields.number("knownFrom", alignment.known_from.emplace());
  fields.number("quietUntil", alignment.quiet_until_bytes);
  fields.flag("historyGone", alignment.history_gone);
  read_anchor(fields, "compared", alignment.compared);
  fields.flag("wasSilent", alignment.was_silent);
}

void read_left_out(JsonFields& fields, std::vector<uint64_t>& left_out) {
  std::string bytes;
  fields.base64("leftOut", bytes);
  if (bytes.empty()) return;
  if (bytes.size() % sizeof(uint64_t) != 0) return fields.complain("leftOut", "cut short");
  left_out.resize(bytes.size() / sizeof(uint64_t));
  std::memcpy(left_out.data(), bytes.data(), bytes.size());
}

void read_source(JsonFields& fields, SourceMeta& source) {
  fields.path("path", source.path, Need::kMust);
  fields.path("root", source.root);
  read_file_id(fields, source.id);
  fields.number("size", source.size_bytes, Need::kMust);
  fields.number("mtimeNs", source.mtime_ns, Need::kMust);
  fields.number("headLength", source.head_length_bytes);
  fields.hex("headHash", source.head_hash);
  word(fields, "relation", kRoleWords, source.role);
  word(fields, "standing", kStandingWords, source.standing);
  fields.text("standingReason", source.standing_reason);
  fields.number("rank", source.rank);
  fields.text("continuesSource", source.continues_source);
  fields.text("continuesAt", source.continues_at);
  fields.text("firstRecordKey", source.first_record_key);
  fields.object(
      "cursor",
      [&](JsonFields& inner) {
        word(inner, "kind", kCursorWords, source.cursor.kind);
        inner.number("value", source.cursor.value, Need::kMust);
        inner.text("opaque", source.cursor.opaque);
      },
      Need::kMust);
  read_anchor(fields, "anchor", source.anchor);
  fields.text("pluginVersion", source.plugin_version);
  read_blob(fields, "state", source.decoder);
  fields.each("held", [&](JsonFields& inner) { read_range(inner, source.held.emplace_back()); });
  fields.object("alignment", [&](JsonFields& inner) { read_alignment(inner, source.alignment); });
  fields.text("copiesSession", source.copies_session);
  fields.number("countedRecords", source.counted_records);
  fields.number("formerEvents", source.former_events);
  fields.flag("retelling", source.retelling);
  read_left_out(fields, source.left_out);
  fields.flag("contentsRenewed", source.contents_renewed);
  fields.object("lastSaid", [&](JsonFields& inner) {
    auto& mark = source.last_said.emplace();
    inner.text("key", mark.key, Need::kMust);
    inner.hex("hash", mark.hash, Need::kMust);
  });
}

void read_position(JsonFields& fields, EventPosition& position) {
  fields.number("seq", position.seq, Need::kMust);
  fields.hex("eventId", position.event_id);
}

void read_mark(JsonFields& fields, std::string_view name, DestinationMark& mark) {
  fields.object(name, [&](JsonFields& inner) {
    inner.flag("exists", mark.exists);
    read_file_id(inner, mark.id);
    inner.number("size", mark.size_bytes);
    inner.number("tailLength", mark.tail_length_bytes);
    inner.hex("tailHash", mark.tail_hash);
  });
}

void read_hash(JsonFields& fields, std::string_view name, GrowingHash::Value& value) {
  fields.object(name, [&](JsonFields& inner) {
    inner.number("size", value.size_bytes, Need::kMust);
    inner.hex("chain", value.chain, Need::kMust);
    inner.hex("rest", value.rest, Need::kMust);
  });
}

void read_unsure(JsonFields& fields, std::optional<UnsureStretch>& unsure) {
  fields.object("unsure", [&](JsonFields& inner) {
    auto& stretch = unsure.emplace();
    inner.number("offset", stretch.offset_bytes, Need::kMust);
    inner.number("end", stretch.end_bytes, Need::kMust);
    inner.number("skipped", stretch.skipped_bytes);
    inner.flag("beginsLine", stretch.begins_line);
    inner.flag("afterPowerLoss", stretch.after_power_loss);
    inner.time("changedAt", stretch.changed);
  });
}

void read_export(JsonFields& fields, PendingExport& pending) {
  fields.text("exportId", pending.export_id, Need::kMust);
  fields.path("destination", pending.destination, Need::kMust);
  fields.text("sink", pending.sink, Need::kMust);
  fields.text("sinkPlugin", pending.sink_plugin);
  fields.raw("options", pending.options_json);
  fields.text("timeZone", pending.time_zone);
  fields.time("created", pending.created);
  word(fields, "origin", kOriginWords, pending.origin);
  fields.object(
      "through", [&](JsonFields& inner) { read_position(inner, pending.through); }, Need::kMust);
  fields.flag("begun", pending.begun);
  fields.flag("goesOn", pending.goes_on);
  fields.flag("doubted", pending.doubted);
  fields.flag("beginsLine", pending.begins_line);
  fields.number("written", pending.written_bytes);
  read_mark(fields, "after", pending.after);
  read_unsure(fields, pending.unsure);
}

void read_period_mark(JsonFields& fields, PeriodMark& mark) {
  fields.number("seq", mark.seq, Need::kMust);
  fields.hex("eventId", mark.event_id);
  fields.time("time", mark.time);
  fields.hex("behind", mark.behind);
}

void read_periods(JsonFields& fields, std::vector<RecordingPeriod>& periods) {
  fields.each("periods", [&](JsonFields& inner) {
    auto& period = periods.emplace_back();
    inner.object(
        "start", [&](JsonFields& mark) { read_period_mark(mark, period.start); }, Need::kMust);
    inner.object("stop", [&](JsonFields& mark) { read_period_mark(mark, period.stop.emplace()); });
  });
}

void read_intent(JsonFields& fields, ReplacementIntent& intent) {
  read_mark(fields, "before", intent.before);
  read_hash(fields, "beforeHash", intent.before_hash);
  read_file_id(fields, intent.new_id);
  read_hash(fields, "newHash", intent.new_hash);
  fields.path("newPath", intent.new_path);
  fields.path("sibling", intent.sibling);
  read_periods(fields, intent.periods);
}

void read_recording(JsonFields& fields, RecordingMeta& recording) {
  fields.text("recordingId", recording.recording_id, Need::kMust);
  fields.path("destination", recording.destination, Need::kMust);
  fields.text("sink", recording.sink, Need::kMust);
  fields.text("sinkPlugin", recording.sink_plugin);
  fields.text("sinkVersion", recording.sink_version);
  fields.raw("options", recording.options_json);
  fields.text("timeZone", recording.time_zone);
  fields.time("created", recording.created);
  word(fields, "state", kDesiredWords, recording.desired);
  fields.object("writeCursor", [&](JsonFields& inner) {
    read_position(inner, recording.cursor.written.emplace());
  });
  fields.number("twinOffset", recording.cursor.twin_offset);
  fields.number("twinGeneration", recording.cursor.twin_generation);
  read_mark(fields, "after", recording.after);
  read_unsure(fields, recording.unsure);
  read_blob(fields, "sinkState", recording.state);
  if (GrowingHash::Value value; fields.has("wholeFile")) {
    read_hash(fields, "wholeFile", value);
    recording.whole_file = value;
  }
  read_periods(fields, recording.periods);
  fields.object("replacement",
                [&](JsonFields& inner) { read_intent(inner, recording.intent.emplace()); });
}

void read_meta(JsonFields& fields, SessionMeta& meta) {
  fields.object(
      "session", [&](JsonFields& inner) { read_identity(inner, meta.identity); }, Need::kMust);
  fields.number("commit", meta.commit, Need::kMust);
  fields.flag("private", meta.is_private);
  fields.flag("cleaned", meta.cleaned);
  fields.each("sources",
              [&](JsonFields& inner) { read_source(inner, meta.sources.emplace_back()); });
  fields.each("interleaving", [&](JsonFields& inner) {
    auto& stretch = meta.interleaving.emplace_back();
    inner.number("source", stretch.source, Need::kMust);
    inner.number("end", stretch.end, Need::kMust);
    if (stretch.source >= meta.sources.size()) inner.complain("source", "there is no such source");
  });
  fields.number("nextSeq", meta.next_seq, Need::kMust);
  fields.number("events", meta.event_count);
  fields.number("knownIds", meta.known_ids.count);
  if (uint64_t hash = 0; fields.has("knownIdsHash")) {
    fields.hex("knownIdsHash", hash);
    meta.known_ids.hash = hash;
  }
  if (fields.has("renewedIdsHash")) {
    fields.hex("renewedIdsHash", meta.known_ids.renewed_hash.emplace());
  }
  fields.object("twin", [&](JsonFields& inner) {
    inner.flag("exists", meta.twin.exists);
    inner.number("generation", meta.twin.generation);
    inner.number("size", meta.twin.size_bytes);
    inner.number("lostEvents", meta.twin.lost_events);
  });
  fields.object("commandCursor",
                [&](JsonFields& inner) { read_position(inner, meta.command_cursor.emplace()); });
  fields.hex("unfinishedMessage", meta.unfinished_message);
  fields.with("ledger", [&](const nlohmann::json& json, const std::string& where) -> Status {
    auto ledger = ledger_from_json(json, where);
    if (!ledger) return forward(ledger);
    meta.ledger = std::move(*ledger);
    return {};
  });
  fields.each("pendingExports",
              [&](JsonFields& inner) { read_export(inner, meta.pending_exports.emplace_back()); });
  fields.each("recordings",
              [&](JsonFields& inner) { read_recording(inner, meta.recordings.emplace_back()); });
}

}  // namespace

Result<SessionMeta> meta_from_json(const nlohmann::json& json) {
  JsonFields fields(json, "");
  if (auto known = fields.schema_version(kMetaSchemaVersion); !known) return forward(known);
  SessionMeta meta;
  read_meta(fields, meta);
  std::string checksum;  // of the text; see fits_checksum()
  fields.text(kChecksumName, checksum);
  if (auto done = fields.finish(); !done) return forward(done);
  return meta;
}

}  // namespace kato
