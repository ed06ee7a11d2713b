// kato-bench-decode PLUGIN.so FILE...: a provider alone, driven through the ABI; its drafts are
// looked at and forgotten. What this takes is the provider's work, without the host's.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
#include <string>
#include <string_view>

#include <xxhash.h>

#include "kato/provider.h"

#include "bench/pieces.h"

namespace {

using namespace kato::bench;

kato_str str(std::string_view text) {
  return {text.data(), text.size()};
}

[[noreturn]] void die(const std::string& what) {
  static_cast<void>(std::fprintf(stderr, "kato-bench-decode: %s\n", what.c_str()));
  std::exit(1);  // NOLINT(concurrency-mt-unsafe): there is one thread
}

// What the host offers: hashes, and bytes again of the piece that is being decoded.
struct Host {
  std::string path;
  std::string handed_back;

  static void log(void* /*host*/, int32_t /*level*/, kato_str /*message*/) {}
  static void error(void* /*host*/, kato_status /*status*/, uint64_t /*at*/, kato_str /*what*/) {}
  static int32_t cancelled(void* /*host*/) { return 0; }
  static uint64_t hash(void* /*host*/, kato_bytes bytes) {
    return XXH3_64bits(bytes.data, bytes.size);
  }
  static kato_status read_back(void* self, kato_range range, kato_bytes* out);
  static const void* extension(void* /*host*/, kato_str /*id*/) { return nullptr; }

  kato_host table() {
    return {sizeof(kato_host), KATO_ABI_MINOR, this,      log,      error,
            cancelled,         hash,           read_back, extension};
  }
};

kato_status Host::read_back(void* self, kato_range range, kato_bytes* out) {
  auto& host = *static_cast<Host*>(self);
  std::FILE* file = std::fopen(host.path.c_str(), "rbe");
  if (file == nullptr) return KATO_RETRY_LATER;
  host.handed_back.assign(range.length_bytes + PieceReader::kPaddingBytes, '\0');
  const bool ok =
      std::fseek(file, static_cast<long>(range.offset_bytes), SEEK_SET) == 0 &&
      std::fread(host.handed_back.data(), 1, range.length_bytes, file) == range.length_bytes;
  static_cast<void>(std::fclose(file));
  *out = {reinterpret_cast<const uint8_t*>(host.handed_back.data()), range.length_bytes};
  return ok ? KATO_OK : KATO_SKIP_RECORD;
}

struct Counts {
  uint64_t drafts = 0;
  uint64_t records = 0;
  uint64_t text_bytes = 0;

  static void draft(void* self, const kato_draft* draft) {
    auto& counts = *static_cast<Counts*>(self);
    ++counts.drafts;
    counts.text_bytes += draft->payload->text.size;
  }
  static void record(void* self, const kato_record* /*record*/) {
    ++static_cast<Counts*>(self)->records;
  }
  static void facts(void* /*self*/, const kato_session_facts* /*facts*/) {}
};

const kato_provider_api& load(const char* path) {
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) die(std::string("cannot load ") + path);
  const auto entry = reinterpret_cast<kato_plugin_entry_fn>(dlsym(library, KATO_PLUGIN_ENTRY_NAME));
  const auto* plugin = entry == nullptr ? nullptr : entry(KATO_ABI_MAJOR, KATO_ABI_MINOR);
  if (plugin == nullptr || plugin->provider == nullptr) die(std::string(path) + " is no provider");
  return *plugin->provider;
}

// An identity that outlives probe.
struct Identity {
  std::string session;
  kato_identity c{};

  static void take(void* self, const kato_identity* given) {
    auto& identity = *static_cast<Identity*>(self);
    identity.session.assign(given->provider_session_id.data, given->provider_session_id.size);
    identity.c = {};
    identity.c.struct_size = sizeof(kato_identity);
    identity.c.provider_session_id = str(identity.session);
  }
};

kato_provider_instance* open(const kato_provider_api& api, const kato_host& host,
                             const std::string& path, std::string_view head) {
  kato_probe_input input{};
  input.struct_size = sizeof input;
  input.path = str(path);
  input.head = {reinterpret_cast<const uint8_t*>(head.data()), head.size()};
  input.size_bytes = head.size();
  Identity identity;
  const kato_identity_writer writer{sizeof writer, 0, &identity, Identity::take};
  int32_t verdict = KATO_PROBE_NOT_MINE;
  if (api.probe(&host, &input, &writer, &verdict) != KATO_OK || verdict != KATO_PROBE_MINE) {
    die("the plugin says that this is not its log: " + path);
  }
  kato_open_input opening{};
  opening.struct_size = sizeof opening;
  opening.path = str(path);
  opening.identity = &identity.c;
  kato_provider_instance* instance = nullptr;
  if (api.open(&host, &opening, &instance) != KATO_OK) die("cannot open " + path);
  return instance;
}

// The path as it is below the provider's root.
std::string below_root(const std::string& path) {
  for (const std::string_view root : {"/.claude/projects/", "/.codex/", "/.gemini/"}) {
    const auto at = path.find(root);
    if (at != std::string::npos) return path.substr(at + root.size());
  }
  return path.substr(path.rfind('/') + 1);
}

void decode(const kato_provider_api& api, const std::string& path, Counts& counts) {
  const bool is_document = path.ends_with(".json");
  PieceReader reader(path.c_str(), is_document ? Pieces::kWholeFile : Pieces::kWholeLines);
  if (!reader.is_open()) die("cannot open " + path);
  Host services{path, {}};
  const kato_host host = services.table();
  const kato_emitter emitter{sizeof emitter, 0, &counts, Counts::draft, Counts::record,
                             Counts::facts};
  kato_provider_instance* instance = nullptr;
  uint64_t offset = 0;
  for (auto piece = reader.next(); !piece.empty(); piece = reader.next()) {
    if (instance == nullptr) instance = open(api, host, below_root(path), piece);
    while (!piece.empty()) {
      kato_decode_input input{};
      input.struct_size = sizeof input;
      input.flags = is_document ? KATO_DECODE_END_OF_INPUT | KATO_DECODE_FINAL : 0U;
      input.bytes = {reinterpret_cast<const uint8_t*>(piece.data()), piece.size()};
      input.base_offset_bytes = offset;
      uint64_t consumed = 0;
      const auto status = api.decode(instance, &host, &input, &emitter, &consumed);
      if (status != KATO_OK || consumed == 0) {
        die(path + ": decoding stopped at " + std::to_string(offset));
      }
      offset += consumed;
      piece.remove_prefix(consumed);
    }
  }
  api.close(instance);
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) die("usage: kato-bench-decode PLUGIN.so FILE...");
  const auto& api = load(arguments[1]);
  Counts counts;
  for (int at = 2; at < count; ++at) {
    decode(api, arguments[at], counts);
  }
  static_cast<void>(std::printf("%llu drafts of %llu records, %llu bytes of text\n",
                                static_cast<unsigned long long>(counts.drafts),
                                static_cast<unsigned long long>(counts.records),
                                static_cast<unsigned long long>(counts.text_bytes)));
  return 0;
}
