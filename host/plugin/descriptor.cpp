#include "host/plugin/descriptor.h"

#include <algorithm>
#include <kato/provider.h>
#include <kato/sink.h>

#include "host/plugin/c_types.h"
#include "host/plugin/json_check.h"
#include "host/plugin/text_check.h"

namespace kato::plugin {
namespace {

constexpr uint64_t kKnownCapabilities = 0;  // minor 0 defines none

// NOLINTNEXTLINE(bugprone-sizeof-expression): the field is a pointer
constexpr size_t kRequiredDescriptorBytes = KATO_SIZE_THROUGH(kato_plugin_descriptor, sink);
constexpr size_t kRequiredProviderBytes = KATO_SIZE_THROUGH(kato_provider_api, save);
constexpr size_t kRequiredRenderBytes = KATO_SIZE_THROUGH(kato_sink_api, save);
constexpr size_t kRequiredDeliverBytes = KATO_SIZE_THROUGH(kato_sink_api, flush);

constexpr bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

Status check_size(std::string_view what, size_t size, size_t required) {
  if (size >= required) return {};
  return fail(ErrorCode::kPlugin, "its {} is too small: struct_size {}, at least {} is needed",
              what, size, required);
}

Status missing(std::string_view slot) {
  return fail(ErrorCode::kPlugin, "its function table lacks {}", slot);
}

Status check_provider(const kato_provider_api* api) {
  if (api == nullptr) return fail(ErrorCode::kPlugin, "its provider table is NULL");
  if (auto s = check_size("provider table", api->struct_size, kRequiredProviderBytes); !s) return s;
  if (api->describe_sources == nullptr) return missing("describe_sources");
  if (api->probe == nullptr) return missing("probe");
  if (api->open == nullptr) return missing("open");
  if (api->close == nullptr) return missing("close");
  if (api->decode == nullptr) return missing("decode");
  if (api->save == nullptr) return missing("save");
  return {};
}

Status check_render(const kato_sink_api& api) {
  if (auto s = check_size("sink table", api.struct_size, kRequiredRenderBytes); !s) return s;
  if (api.begin == nullptr) return missing("begin");
  if (api.append == nullptr) return missing("append");
  if (api.save == nullptr) return missing("save");
  const auto extension = view(api.file_extension);
  const auto is_fit = [](char c) { return is_lower(c) || is_digit(c); };
  if (!is_sane(api.file_extension) || extension.empty() || extension.size() > 16 ||
      !std::ranges::all_of(extension, is_fit)) {
    return fail(ErrorCode::kPlugin, "its file extension is not 1 to 16 of a-z and 0-9");
  }
  if (!is_sane(api.media_type) || !is_valid_utf8(view(api.media_type))) {
    return fail(ErrorCode::kPlugin, "its media type is no text");
  }
  return {};
}

Status check_deliver(const kato_sink_api& api) {
  if (auto s = check_size("sink table", api.struct_size, kRequiredDeliverBytes); !s) return s;
  if (api.deliver == nullptr) return missing("deliver");
  if (api.flush == nullptr) return missing("flush");
  return {};
}

Status check_sink(const kato_sink_api* api) {
  if (api == nullptr) return fail(ErrorCode::kPlugin, "its sink table is NULL");
  if (auto s = check_size("sink table", api->struct_size, KATO_SIZE_THROUGH(kato_sink_api, close));
      !s) {
    return s;
  }
  if (api->open == nullptr) return missing("open");
  if (api->close == nullptr) return missing("close");
  if (api->shape == KATO_SINK_RENDER) return check_render(*api);
  if (api->shape == KATO_SINK_DELIVER) return check_deliver(*api);
  return fail(ErrorCode::kPlugin, "its sink shape {} is unknown", api->shape);
}

Status differs(std::string_view what) {
  return fail(ErrorCode::kPlugin, "its identity note and its descriptor differ in the {}", what);
}

Status check_against_note(const kato_plugin_descriptor& descriptor, const PluginIdentity& note) {
  if (descriptor.kind != static_cast<int32_t>(note.kind)) return differs("kind");
  if (descriptor.abi_minor != note.abi_minor) return differs("ABI minor");
  if (descriptor.required_capabilities != note.required_capabilities) {
    return differs("required capabilities");
  }
  if (view(descriptor.id) != note.id) return differs("id");
  if (view(descriptor.version) != note.version) return differs("version");
  return {};
}

Status check_texts(const kato_plugin_descriptor& descriptor) {
  for (const auto& text :
       {descriptor.id, descriptor.display_name, descriptor.version, descriptor.author,
        descriptor.licence, descriptor.url, descriptor.options_schema}) {
    if (!is_sane(text) || !is_valid_utf8(view(text))) {
      return fail(ErrorCode::kPlugin, "a text of its descriptor is not valid UTF-8");
    }
  }
  const auto schema = view(descriptor.options_schema);
  if (!schema.empty() && !check_json(schema).valid) {
    return fail(ErrorCode::kPlugin, "its options schema is not valid JSON");
  }
  return {};
}

}  // namespace

bool is_plugin_id(std::string_view id) noexcept {
  const auto is_fit = [](char c) { return is_lower(c) || is_digit(c) || c == '-'; };
  return !id.empty() && id.size() <= 32 && is_lower(id.front()) && std::ranges::all_of(id, is_fit);
}

Status check_identity(const PluginIdentity& identity) {
  if (identity.abi_major != KATO_ABI_MAJOR) {
    return fail(ErrorCode::kPlugin,
                "it is built for ABI major {}; this host speaks {}: get a build for this host",
                identity.abi_major, KATO_ABI_MAJOR);
  }
  if (identity.kind != PluginKind::kProvider && identity.kind != PluginKind::kSink) {
    return fail(ErrorCode::kPlugin, "its kind {} is unknown", static_cast<int>(identity.kind));
  }
  if (!is_plugin_id(identity.id)) {
    return fail(ErrorCode::kPlugin, "its id is not of the form [a-z][a-z0-9-]{{0,31}}");
  }
  const auto is_visible = [](char c) { return c > ' ' && c < 0x7f; };
  if (identity.version.empty() || !std::ranges::all_of(identity.version, is_visible)) {
    return fail(ErrorCode::kPlugin, "its version is not a version");
  }
  const uint64_t unknown = identity.required_capabilities & ~kKnownCapabilities;
  if (unknown != 0) {
    return fail(ErrorCode::kPlugin,
                "it is built for ABI {}.{} and requires capabilities (0x{:x}) that this host, "
                "ABI {}.{}, does not have: update Kato",
                identity.abi_major, identity.abi_minor, unknown, KATO_ABI_MAJOR, KATO_ABI_MINOR);
  }
  return {};
}

Result<PluginAbout> check_descriptor(const kato_plugin_descriptor& descriptor,
                                     const PluginIdentity& note) {
  if (auto s = check_size("descriptor", descriptor.struct_size, kRequiredDescriptorBytes); !s) {
    return forward(s);
  }
  if (auto s = check_texts(descriptor); !s) return forward(s);
  if (auto s = check_against_note(descriptor, note); !s) return forward(s);
  const auto tables = note.kind == PluginKind::kProvider ? check_provider(descriptor.provider)
                                                         : check_sink(descriptor.sink);
  if (!tables) return forward(tables);
  PluginAbout about;
  about.display_name = view(descriptor.display_name);
  about.author = view(descriptor.author);
  about.licence = view(descriptor.licence);
  about.url = view(descriptor.url);
  about.options_schema = view(descriptor.options_schema);
  return about;
}

}  // namespace kato::plugin
