#include "tests/support/render_sink.h"

#include <dlfcn.h>
#include <stdexcept>

namespace kato::test {
namespace {

kato_str str(const std::string& text) {
  return text.empty() ? kato_str{nullptr, 0} : kato_str{text.data(), text.size()};
}

std::vector<kato_str> strs(const std::vector<std::string>& texts) {
  std::vector<kato_str> list;
  for (const std::string& text : texts)
    list.push_back(str(text));
  return list;
}

kato_bytes_writer writer_to(std::string& out) {
  const auto write = [](void* context, kato_bytes bytes) {
    static_cast<std::string*>(context)->append(reinterpret_cast<const char*>(bytes.data),
                                               bytes.size);
  };
  return {sizeof(kato_bytes_writer), 0, &out, write};
}

kato_host host_reporting_to(std::string& reported) {
  kato_host host{};
  host.struct_size = sizeof(host);
  host.abi_minor = KATO_ABI_MINOR;
  host.context = &reported;
  host.log = [](void*, int32_t, kato_str) {};
  host.error = [](void* context, kato_status, uint64_t, kato_str message) {
    static_cast<std::string*>(context)->append(message.data, message.size);
  };
  host.cancelled = [](void*) { return 0; };
  host.hash = [](void*, kato_bytes) { return uint64_t{0}; };
  host.read_back = [](void*, kato_range, kato_bytes*) { return kato_status{KATO_SKIP_RECORD}; };
  host.extension = [](void*, kato_str) -> const void* { return nullptr; };
  return host;
}

void fill_payload(const EventSpec& spec, kato_payload& payload) {
  payload.struct_size = sizeof(payload);
  payload.flags = spec.flags;
  payload.text = str(spec.text);
  payload.phase = str(spec.phase);
  payload.subtype = str(spec.subtype);
  payload.level = spec.level;
  payload.tool_call_id = str(spec.tool_call_id);
  payload.tool_name = str(spec.tool_name);
  payload.description = str(spec.description);
  payload.input_json = str(spec.input_json);
  payload.decision_id = str(spec.decision_id);
  payload.decision_key = str(spec.decision_key);
  payload.free_text = str(spec.free_text);
}

}  // namespace

EventList::EventList(std::vector<EventSpec> specs) {
  for (EventSpec& spec : specs)
    add(std::move(spec));
}

void EventList::add(EventSpec spec) {
  Stored& stored = stored_.emplace_back();
  stored.spec = std::move(spec);
  const EventSpec& kept = stored.spec;
  fill_payload(kept, stored.payload);
  for (const auto& [label, description] : kept.options) {
    stored.options.push_back({sizeof(kato_option), str(label), str(description)});
  }
  stored.selections = strs(kept.selections);
  for (const AttachmentSpec& attachment : kept.attachments) {
    stored.attachments.push_back({sizeof(kato_attachment), str(attachment.media_type),
                                  str(attachment.name), attachment.size_bytes, kato_str{}});
  }
  stored.payload.options = stored.options.data();
  stored.payload.option_count = stored.options.size();
  stored.payload.selections = stored.selections.data();
  stored.payload.selection_count = stored.selections.size();
  stored.payload.attachments = stored.attachments.data();
  stored.payload.attachment_count = stored.attachments.size();
  kato_event& event = stored.event;
  event.struct_size = sizeof(event);
  event.kind = kept.kind;
  event.utc_offset_s = kept.utc_offset_s;
  event.seq = stored_.size();
  event.revises = str(kept.revises);
  event.time_unix_ms = kept.time_unix_ms;
  event.model = str(kept.model);
  event.payload = &stored.payload;
  event.canonical_json = str(kept.json);
  pointers_.push_back(&event);
}

kato_event_list EventList::slice(size_t first, size_t count) const {
  return {sizeof(kato_event_list), 0, pointers_.data() + first, count};
}

SinkLibrary::SinkLibrary(const std::string& name) {
  const std::string path = std::string(KATO_BINARY_DIR) + "/lib/kato/plugins/" + name + ".so";
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw std::runtime_error("load " + path + ": " + dlerror());
  const auto entry = reinterpret_cast<kato_plugin_entry_fn>(dlsym(library, KATO_PLUGIN_ENTRY_NAME));
  if (entry == nullptr) throw std::runtime_error(path + ": no entry");
  descriptor_ = entry(KATO_ABI_MAJOR, KATO_ABI_MINOR);
}

SinkInstance::SinkInstance(const SinkLibrary& library, std::string options, RecordingSpec recording,
                           const SavedState* state)
    : api_(library.api()), host_(host_reporting_to(reported_)) {
  const kato_session_ref session{sizeof(kato_session_ref), str(recording.provider), kato_str{},
                                 str(recording.session_id)};
  const auto models = strs(recording.models);
  const auto kinds = strs(recording.event_kinds);
  kato_recording_context context{};
  context.struct_size = sizeof(context);
  context.session = &session;
  context.short_id = str(recording.short_id);
  context.recording_id = str(recording.recording_id);
  context.title = str(recording.title);
  context.created_unix_ms = recording.created_unix_ms;
  context.models = models.data();
  context.model_count = models.size();
  context.event_kinds = kinds.data();
  context.event_kind_count = kinds.size();
  kato_state_blob blob{};
  kato_sink_open_input input{sizeof(kato_sink_open_input), 0, str(options), &context, nullptr};
  if (state != nullptr) {
    blob = {sizeof(blob),
            state->version,
            {reinterpret_cast<const uint8_t*>(state->blob.data()), state->blob.size()}};
    input.state = &blob;
  }
  status_ = api_.open(&host_, &input, &instance_);
}

SinkInstance::~SinkInstance() {
  api_.close(instance_);
}

void SinkInstance::check(kato_status status) const {
  if (status != KATO_OK) throw std::runtime_error("the sink refused: " + reported_);
}

std::string SinkInstance::begin() {
  std::string out;
  const kato_bytes_writer writer = writer_to(out);
  check(api_.begin(instance_, &host_, &writer));
  return out;
}

std::string SinkInstance::append(const kato_event_list& events) {
  std::string out;
  const kato_bytes_writer writer = writer_to(out);
  check(api_.append(instance_, &host_, &events, &writer));
  return out;
}

std::string SinkInstance::refresh_head(const std::string& existing) {
  std::string head;
  const kato_bytes_writer writer = writer_to(head);
  uint64_t replaced = 0;
  const kato_bytes bytes{reinterpret_cast<const uint8_t*>(existing.data()), existing.size()};
  check(api_.refresh_head(instance_, &host_, bytes, &writer, &replaced));
  if (replaced == 0 && !head.empty()) throw std::runtime_error("a head that replaces nothing");
  return head + existing.substr(replaced);
}

SavedState SinkInstance::save() {
  SavedState saved;
  const kato_blob_writer writer{
      sizeof(kato_blob_writer), 0, &saved, [](void* context, const kato_state_blob* state) {
        auto& kept = *static_cast<SavedState*>(context);
        kept.version = state->version;
        kept.blob.assign(reinterpret_cast<const char*>(state->blob.data), state->blob.size);
      }};
  check(api_.save(instance_, &host_, &writer));
  return saved;
}

std::string render(const SinkLibrary& library, const std::string& options,
                   const RecordingSpec& recording, const EventList& events,
                   const std::vector<size_t>& piece_sizes) {
  auto instance = std::make_unique<SinkInstance>(library, options, recording);
  std::string file = instance->begin();
  size_t first = 0;
  for (const size_t size : piece_sizes) {
    file += instance->append(events.slice(first, size));
    first += size;
    const SavedState state = instance->save();
    instance = std::make_unique<SinkInstance>(library, options, recording, &state);
  }
  return file + instance->append(events.slice(first, events.size() - first));
}

}  // namespace kato::test
