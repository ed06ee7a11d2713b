// The sink "markdown": a conversation as a document that people read.
//
// Each block begins with the empty line that separates it from what is there, and ends in one
// newline, so that the file is well formed after every event and a block never depends on the next.
#include <kato/sink.hpp>

#include "body.h"
#include "details.h"
#include "front_matter.h"
#include "head_refresh.h"
#include "heading.h"
#include "notes.h"
#include "options.h"
#include "options_schema.h"
#include "state.h"
#include "text.h"

namespace kato::markdown {
namespace {

using sdk::BytesWriter;
using sdk::RenderSink;
using sdk::SinkState;
using sdk::view;

constexpr size_t kMaxLabelCharacters = 200;
constexpr char kToolNames = 't';
constexpr char kDecisionKeys = 'd';

class MarkdownSink final : public RenderSink {
 public:
  static constexpr sdk::PluginInfo kInfo{.display_name = "Markdown",
                                         .author = "The Kato authors",
                                         .licence = "Apache-2.0",
                                         .url = {},
                                         .options_schema = kOptionsSchema};
  static constexpr uint32_t kFlags = 0;
  static constexpr std::string_view kFileExtension = "md";
  static constexpr std::string_view kMediaType = "text/markdown";

  static std::unique_ptr<RenderSink> open(const sdk::Host& host, const kato_sink_open_input& input);

  MarkdownSink(Options options, HeadFacts facts, State state)
      : options_(std::move(options)), facts_(std::move(facts)), state_(std::move(state)) {}

  void begin(BytesWriter& out) override;
  void append(const kato_event& event, BytesWriter& out) override;
  uint64_t refresh_head(std::string_view existing, BytesWriter& out) override;
  [[nodiscard]] SinkState save() const override {
    return {.version = State::kVersion, .blob = state_.encode()};
  }

 private:
  void message(const kato_event& event, Role role, BytesWriter& out);
  void thinking(const kato_event& event, BytesWriter& out);
  void tool_call(const kato_event& event, BytesWriter& out);
  void tool_result(const kato_event& event, BytesWriter& out);
  void decision_prompt(const kato_event& event, BytesWriter& out);
  void decision_response(const kato_event& event, BytesWriter& out);
  void info(const kato_event& event, BytesWriter& out);

  void separate(BytesWriter& out);
  bool heading(Role role, const kato_event& event, BytesWriter& out);
  void labelled(std::string_view label, std::string_view key, const kato_event& event,
                std::string_view text, BytesWriter& out);

  Options options_;
  HeadFacts facts_;
  State state_;
  std::string line_;  // scratch, kept for its capacity
};

bool is_revision(const kato_event& event) {
  return event.revises.size > 0;
}

// Such a text would become part of a list that it follows directly; an empty comment ends the list.
bool begins_indented(std::string_view text) {
  const std::string_view body = without_outer_blank_lines(text);
  return !body.empty() && is_blank(body.front());
}

std::unique_ptr<RenderSink> MarkdownSink::open(const sdk::Host& /*host*/,
                                               const kato_sink_open_input& input) {
  State state;
  if (input.state != nullptr) {
    if (input.state->version != State::kVersion) return nullptr;
    auto saved = State::decode(view(input.state->blob));
    if (!saved) return nullptr;
    state = std::move(*saved);
  }
  return std::make_unique<MarkdownSink>(parse_options(view(input.options_json)),
                                        head_facts(input.recording), std::move(state));
}

void MarkdownSink::begin(BytesWriter& out) {
  state_.follows_text = options_.include_front_matter;
  if (options_.include_front_matter) out.write(render_front_matter(facts_, options_));
}

uint64_t MarkdownSink::refresh_head(std::string_view existing, BytesWriter& out) {
  if (!options_.include_front_matter) return 0;
  const auto head = refresh_front_matter(existing, growing_arrays(facts_, options_));
  if (!head) return 0;
  out.write(head->head);
  return head->replaced_bytes;
}

void MarkdownSink::append(const kato_event& event, BytesWriter& out) {
  switch (event.kind) {
    case KATO_USER_MESSAGE:
      return message(event, Role::kUser, out);
    case KATO_ASSISTANT_MESSAGE:
      if (!options_.include_commentary && view(event.payload->phase) == "commentary") return;
      return message(event, Role::kAssistant, out);
    case KATO_SYSTEM_MESSAGE:
      if (options_.include_system_events) message(event, Role::kSystem, out);
      return;
    case KATO_ASSISTANT_THINKING:
      if (options_.include_thinking) thinking(event, out);
      return;
    case KATO_ASSISTANT_TOOL_CALL:
      if (options_.include_tool_calls) tool_call(event, out);
      return;
    case KATO_ASSISTANT_TOOL_RESULT:
      if (options_.include_tool_calls) tool_result(event, out);
      return;
    case KATO_ASSISTANT_DECISION_PROMPT:
      return decision_prompt(event, out);
    case KATO_USER_DECISION_RESPONSE:
      return decision_response(event, out);
    case KATO_PROVIDER_INFO:
      if (options_.include_system_events) info(event, out);
      return;
    default:
      return;  // commands, raw records, kinds of a newer host
  }
}

void MarkdownSink::separate(BytesWriter& out) {
  if (state_.follows_text) out.write("\n");
  state_.follows_text = true;
}

// The heading of whoever speaks in `event`, unless the file's end stands under it already. An
// assistant's event that names no model belongs to the assistant that spoke last. Returns whether
// one was written.
bool MarkdownSink::heading(Role role, const kato_event& event, BytesWriter& out) {
  const std::string_view model = role == Role::kAssistant ? view(event.model) : std::string_view();
  if (state_.speaker.role == role && (role != Role::kAssistant || model.empty())) return false;
  Speaker speaker = speaker_of(role, model, options_);
  if (speaker == state_.speaker) return false;
  separate(out);
  line_.clear();
  append_heading(line_,
                 {.speaker = speaker,
                  .model = model,
                  .time_unix_ms = event.time_unix_ms,
                  .utc_offset_s = event.utc_offset_s},
                 options_);
  line_ += '\n';
  out.write(line_);
  state_.speaker = std::move(speaker);
  return true;
}

void MarkdownSink::message(const kato_event& event, Role role, BytesWriter& out) {
  const std::string_view text = view(event.payload->text);
  const bool has_text = has_body(text);
  if (!has_text && event.payload->attachment_count == 0) return;
  const bool headed = heading(role, event, out);
  if (is_revision(event)) {
    separate(out);
    out.write("*(revised)*\n");
  } else if (!headed && begins_indented(text)) {
    separate(out);
    out.write("<!-- -->\n");
  }
  if (has_text) {
    separate(out);
    write_body(text, role == Role::kUser && options_.italicize_user_messages, out);
  }
  if (event.payload->attachment_count == 0) return;
  separate(out);
  write_attachments(*event.payload, out);
}

void MarkdownSink::thinking(const kato_event& event, BytesWriter& out) {
  const std::string_view text = view(event.payload->text);
  if (!has_body(text)) return;
  heading(Role::kAssistant, event, out);
  separate(out);
  open_details(is_revision(event) ? "Thinking (revised)" : "Thinking", out);
  write_body(text, false, out);
  out.write("\n");
  close_details(out);
}

void MarkdownSink::tool_call(const kato_event& event, BytesWriter& out) {
  const kato_payload& payload = *event.payload;
  state_.names.remember(kToolNames, view(payload.tool_call_id), view(payload.tool_name));
  heading(Role::kAssistant, event, out);
  separate(out);
  line_ = "Tool: ";
  append_html_line(line_, view(payload.tool_name), kMaxLabelCharacters);
  if (payload.description.size > 0) {
    line_ += " — ";
    append_html_line(line_, view(payload.description), kMaxLabelCharacters);
  }
  if (is_revision(event)) line_ += " (revised)";
  open_details(line_, out);
  const std::string_view input = view(payload.input_json);
  if (!input.empty() && input != "{}") write_json(input, out);
  close_details(out);
}

// A result is nobody's word: it changes no heading.
void MarkdownSink::tool_result(const kato_event& event, BytesWriter& out) {
  const kato_payload& payload = *event.payload;
  separate(out);
  line_ = "Tool result";
  if (const auto name = state_.names.find(kToolNames, view(payload.tool_call_id)); !name.empty()) {
    line_ += ": ";
    append_html_line(line_, name, kMaxLabelCharacters);
  }
  if ((payload.flags & KATO_PAYLOAD_IS_ERROR) != 0) line_ += " (failed)";
  if ((payload.flags & KATO_PAYLOAD_TRUNCATED) != 0) line_ += " (cut in the log)";
  if (is_revision(event)) line_ += " (revised)";
  open_details(line_, out);
  write_fenced(view(payload.text), options_.truncate_tool_results, out);
  close_details(out);
}

// "**LABEL [KEY]:** text"; a text of several lines stands as a paragraph of its own below.
void MarkdownSink::labelled(std::string_view label, std::string_view key, const kato_event& event,
                            std::string_view text, BytesWriter& out) {
  separate(out);
  line_ = "**";
  line_ += label;
  if (!key.empty()) {
    line_ += " [";
    append_one_line(line_, key, kMaxLabelCharacters);
    line_ += ']';
  }
  if (is_revision(event)) line_ += " (revised)";
  line_ += ":**";
  const std::string_view body = without_outer_blank_lines(text);
  const bool one_line = body.find_first_of("\r\n") == std::string_view::npos;
  if (one_line && !body.empty()) {
    line_ += ' ';
    line_ += body.substr(body.find_first_not_of(" \t"));
  }
  line_ += '\n';
  out.write(line_);
  if (one_line) return;
  separate(out);
  write_body(body, false, out);
}

void MarkdownSink::decision_prompt(const kato_event& event, BytesWriter& out) {
  const kato_payload& payload = *event.payload;
  state_.names.remember(kDecisionKeys, view(payload.decision_id), view(payload.decision_key));
  heading(Role::kAssistant, event, out);
  labelled("Decision", view(payload.decision_key), event, view(payload.text), out);
  if (payload.option_count == 0) return;
  separate(out);
  write_options(payload, out);
}

void MarkdownSink::decision_response(const kato_event& event, BytesWriter& out) {
  const kato_payload& payload = *event.payload;
  const std::string key(state_.names.find(kDecisionKeys, view(payload.decision_id)));
  labelled("Answer", key, event, answer_of(payload), out);
}

// What the provider reports is nobody's word either.
void MarkdownSink::info(const kato_event& event, BytesWriter& out) {
  separate(out);
  write_info(*event.payload, is_revision(event), out);
}

}  // namespace
}  // namespace kato::markdown

KATO_EXPORT_RENDER_SINK(kato::markdown::MarkdownSink, "markdown", "1.0.0")
