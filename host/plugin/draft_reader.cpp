#include "host/plugin/draft_reader.h"

#include <string>

#include "host/base/time_text.h"
#include "host/event/json_text.h"
#include "host/plugin/c_types.h"
#include "host/plugin/json_check.h"
#include "host/plugin/plugin_call.h"
#include "host/plugin/text_check.h"

namespace kato::plugin {
namespace {

// NOLINTNEXTLINE(bugprone-sizeof-expression): the field is a pointer
constexpr size_t kRequiredDraftBytes = KATO_SIZE_THROUGH(kato_draft, payload);
constexpr size_t kRequiredPayloadBytes = KATO_SIZE_THROUGH(kato_payload, text);
constexpr size_t kRequiredOptionBytes = KATO_SIZE_THROUGH(kato_option, label);
constexpr size_t kRequiredAttachmentBytes = KATO_SIZE_THROUGH(kato_attachment, media_type);

EventKind kind_of(int32_t kind) {
  const bool is_known = kind >= KATO_USER_MESSAGE && kind <= KATO_PROVIDER_RAW;
  return is_known ? static_cast<EventKind>(kind) : EventKind::kProviderRaw;
}

CursorKind cursor_kind_of(int32_t kind) {
  const bool is_known = kind == KATO_CURSOR_BYTE_OFFSET || kind == KATO_CURSOR_ITEM_INDEX;
  return is_known ? static_cast<CursorKind>(kind) : CursorKind::kOpaque;
}

Level level_of(int32_t level) {
  const bool is_known = level >= KATO_LEVEL_UNSET && level <= KATO_LEVEL_ERROR;
  return is_known ? static_cast<Level>(level) : Level::kInfo;
}

}  // namespace

bool DraftReader::breach(std::string_view did) {
  call_->breach(did);
  return false;
}

void DraftReader::mended(std::string_view what) {
  has_mended_texts_ = true;
  if (call_->on_problem) call_->on_problem(draft_.record_offset_bytes, what);
}

const Draft* DraftReader::read(const kato_draft* draft, PluginCall& call) {
  call_ = &call;
  if (draft == nullptr || draft->struct_size < kRequiredDraftBytes) {
    call.breach("emitted a draft that is NULL or too small");
    return nullptr;
  }
  kato_draft draft_room{};
  const auto& known_draft = known(*draft, draft_room);
  if (known_draft.payload == nullptr || known_draft.payload->struct_size < kRequiredPayloadBytes) {
    call.breach("emitted a draft whose payload is NULL or too small");
    return nullptr;
  }
  if (has_mended_texts_) mended_texts_.clear();
  has_mended_texts_ = false;
  draft_ = Draft{};
  kato_payload payload_room{};
  const auto& payload = known(*known_draft.payload, payload_room);
  return read_frame(known_draft) && read_payload(payload) ? &draft_ : nullptr;
}

bool DraftReader::read_frame(const kato_draft& draft) {
  auto& body = draft_.body;
  if (draft.kind == KATO_USER_KATO_COMMAND) {
    return breach("emitted a user.kato-command, which only the host derives");
  }
  if (draft.record_length_bytes > UINT64_MAX - draft.record_offset_bytes) {
    return breach("emitted a draft of a record that ends beyond all files");
  }
  body.kind = kind_of(draft.kind);
  body.inherited = (draft.flags & KATO_DRAFT_INHERITED) != 0;
  body.emit_index = draft.emit_index;
  draft_.relisted = (draft.flags & KATO_DRAFT_RELISTED) != 0;
  draft_.revisable = (draft.flags & KATO_DRAFT_REVISABLE) != 0;
  draft_.record_offset_bytes = draft.record_offset_bytes;
  draft_.record_length_bytes = draft.record_length_bytes;
  body.cursor.kind = cursor_kind_of(draft.cursor.kind);
  body.cursor.value = draft.cursor.value;
  const bool is_text = read_key(draft.record_key, "record key", draft_.record_key) &&
                       read_key(draft.part_key, "part key", draft_.part_key) &&
                       read_text(draft.cursor.opaque, body.cursor.opaque) &&
                       read_text(draft.provider_event_type, body.provider_event_type) &&
                       read_text(draft.provider_event_id, body.provider_event_id) &&
                       read_text(draft.provider_timestamp, body.provider_timestamp) &&
                       read_text(draft.turn_id, body.turn_id) && read_text(draft.model, body.model);
  if (!is_text) return false;
  if (body.provider_timestamp.data() != nullptr && !parse_rfc3339(body.provider_timestamp)) {
    body.provider_timestamp = {};
    mended("its timestamp is not RFC 3339 and was left out");
  }
  return true;
}

bool DraftReader::read_payload(const kato_payload& payload) {
  auto& out = draft_.body.payload;
  out.is_error = (payload.flags & KATO_PAYLOAD_IS_ERROR) != 0;
  out.truncated = (payload.flags & KATO_PAYLOAD_TRUNCATED) != 0;
  out.multi_select = (payload.flags & KATO_PAYLOAD_MULTI_SELECT) != 0;
  out.level = level_of(payload.level);
  const bool is_text = read_text(payload.text, out.text) && read_text(payload.phase, out.phase) &&
                       read_text(payload.subtype, out.subtype) &&
                       read_text(payload.tool_call_id, out.tool_call_id) &&
                       read_text(payload.parent_tool_call_id, out.parent_tool_call_id) &&
                       read_text(payload.tool_name, out.tool_name) &&
                       read_text(payload.description, out.description) &&
                       read_text(payload.decision_id, out.decision_id) &&
                       read_text(payload.decision_key, out.decision_key) &&
                       read_text(payload.free_text, out.free_text) &&
                       read_text(payload.raw_type, out.raw_type) &&
                       read_json(payload.input_json, "tool input", out.input_json) &&
                       read_json(payload.data_json, "data", out.data_json);
  if (!is_text || !read_lists(payload)) return false;
  if (draft_.body.kind == EventKind::kProviderRaw) {
    out.raw_length_bytes = draft_.record_length_bytes;
    if (out.raw_type.empty()) out.raw_type = draft_.body.provider_event_type;
  }
  return true;
}

bool DraftReader::read_lists(const kato_payload& payload) {
  auto& out = draft_.body.payload;
  if (payload.option_count > 0 && !read_options(payload)) return false;
  if (payload.attachment_count > 0 && !read_attachments(payload)) return false;
  if (payload.selection_count == 0) return true;
  if (payload.selections == nullptr || payload.selection_count > kMaxListCount) {
    return breach("emitted selections that are no list");
  }
  selections_.resize(payload.selection_count);
  for (size_t i = 0; i < selections_.size(); ++i) {
    if (!read_text(payload.selections[i], selections_[i])) return false;
  }
  out.selections = selections_;
  return true;
}

bool DraftReader::read_options(const kato_payload& payload) {
  const Elements options(payload.options, payload.option_count);
  if (!options.is_sane(kRequiredOptionBytes)) return breach("emitted options that are no list");
  options_.resize(options.size());
  for (size_t i = 0; i < options_.size(); ++i) {
    kato_option room{};
    const auto& option = options.at(i, room);
    if (!read_text(option.label, options_[i].label)) return false;
    if (!read_text(option.description, options_[i].description)) return false;
  }
  draft_.body.payload.options = options_;
  return true;
}

bool DraftReader::read_attachments(const kato_payload& payload) {
  const Elements attachments(payload.attachments, payload.attachment_count);
  if (!attachments.is_sane(kRequiredAttachmentBytes)) {
    return breach("emitted attachments that are no list");
  }
  attachments_.resize(attachments.size());
  for (size_t i = 0; i < attachments_.size(); ++i) {
    kato_attachment room{};
    const auto& attachment = attachments.at(i, room);
    attachments_[i].size_bytes = attachment.size_bytes;
    if (!KATO_HAS_FIELD(kato_attachment, &attachment, size_bytes)) {
      attachments_[i].size_bytes = kUnknownSize;
    }
    if (!read_text(attachment.media_type, attachments_[i].media_type)) return false;
    if (!read_text(attachment.name, attachments_[i].name)) return false;
    if (!read_text(attachment.hash, attachments_[i].hash)) return false;
  }
  draft_.body.payload.attachments = attachments_;
  return true;
}

bool DraftReader::read_key(kato_str key, std::string_view what, std::string_view& out) {
  if (key.size == 0 || key.size > KATO_MAX_KEY_BYTES) {
    return breach(fmt::format("emitted a {} of {} bytes; 1 to {} are allowed", what, key.size,
                              KATO_MAX_KEY_BYTES));
  }
  return read_text(key, out);
}

bool DraftReader::read_text(kato_str text, std::string_view& out) {
  if (!is_sane(text)) return breach("emitted a text without data, or of absurd size");
  out = view(text);
  if (is_valid_utf8(out)) return true;
  std::string repaired;
  append_repaired_utf8(repaired, out);
  out = mended_texts_.copy(repaired);
  mended("a text that is not valid UTF-8 was repaired");
  return true;
}

bool DraftReader::read_json(kato_str json, std::string_view what, std::string_view& out) {
  if (!read_text(json, out)) return false;
  if (out.empty()) {
    out = {};
    return true;
  }
  const JsonCheck check = check_json(out);
  if (check.valid && !check.has_line_break && !check.has_lone_surrogate) return true;
  std::string tidy;
  if (check.valid) {
    append_tidy_json(tidy, out);
    has_mended_texts_ = true;
  } else {
    append_json_string(tidy, out);
    mended(fmt::format("its {} is not valid JSON and was kept as a string", what));
  }
  out = mended_texts_.copy(tidy);
  return true;
}

}  // namespace kato::plugin
