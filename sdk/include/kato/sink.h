/* Sinks: canonical events in, bytes of a recording out (render), or delivered somewhere
 * (deliver). */
#ifndef KATO_SINK_H
#define KATO_SINK_H

#include "host.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a sink does with events. Unknown values: the plugin is refused. */
enum kato_sink_shape { KATO_SINK_RENDER = 1, KATO_SINK_DELIVER = 2 };

/* Bits of kato_sink_api.flags. Unknown bits are ignored. */
enum kato_sink_flag {
  /* kato_event.canonical_json must be filled. */
  KATO_SINK_WANTS_JSON = 1u << 0
};

/* What a recording is about, pinned when it begins. title, models and event_kinds are for heads:
 * `begin` and `refresh_head` may use them, `append` may not (for an export the body is rendered
 * before they are known). */
typedef struct kato_recording_context {
  uint32_t struct_size;
  uint32_t reserved;
  const kato_session_ref* session;
  kato_str short_id;
  kato_str recording_id;      /* absent for an export */
  kato_str title;             /* one line, not shortened; absent if unknown */
  kato_str project_directory; /* absent if unknown */
  /* When the recording was begun: provider's or capture time of the command, or the time of the
   * request on the command line; KATO_NO_TIME if unknown. ms since 1970 UTC. */
  int64_t created_unix_ms;
  int32_t created_utc_offset_s;
  uint32_t reserved2;
  /* Models that have spoken in the session so far, each once, in order. */
  const kato_str* models;
  size_t model_count;
  /* Kinds (as in events' JSON) of which the session has events so far, each once. */
  const kato_str* event_kinds;
  size_t event_kind_count;
} kato_recording_context;

typedef struct kato_sink_open_input {
  uint32_t struct_size;
  uint32_t reserved;
  kato_str options_json; /* as validated and pinned, or absent */
  /* Render sinks; NULL for delivery sinks. */
  const kato_recording_context* recording;
  /* NULL: nothing was rendered yet. Else what save gave. */
  const kato_state_blob* state;
} kato_sink_open_input;

/* Where a render sink puts its bytes, in order. May be called any number of times in a call. */
typedef struct kato_bytes_writer {
  uint32_t struct_size;
  uint32_t reserved;
  void* context;
  void (*write)(void* context, kato_bytes bytes);
} kato_bytes_writer;

typedef struct kato_blob_writer {
  uint32_t struct_size;
  uint32_t reserved;
  void* context;
  void (*state)(void* context, const kato_state_blob* state);
} kato_blob_writer;

/* Events of one call. */
typedef struct kato_event_list {
  uint32_t struct_size;
  uint32_t reserved;
  const kato_event* const* events; /* in order of seq */
  size_t count;
} kato_event_list;

/* What became of a delivery. */
typedef struct kato_delivery {
  uint32_t struct_size;
  uint32_t reserved;
  uint64_t acknowledged_seq; /* the far side has everything up to here; 0: nothing of this call */
  uint64_t retry_after_ms;   /* with KATO_RETRY_LATER; 0: the host chooses */
} kato_delivery;

/* One recording being rendered, or one connection: the plugin's own type. */
typedef struct kato_sink_instance kato_sink_instance;

/* LAW for render sinks: split invariance. Rendering events one at a time, with save, close and open
 * in between, gives the same bytes as rendering them at once.
 *
 * Slots of the other shape are NULL. */
typedef struct kato_sink_api {
  uint32_t struct_size;
  int32_t shape;  /* enum kato_sink_shape */
  uint32_t flags; /* enum kato_sink_flag */
  uint32_t reserved;
  kato_str file_extension; /* render: "md", without a dot */
  kato_str media_type;     /* render: "text/markdown" */

  /* [worker] KATO_OK: *out is owned by the plugin until close. KATO_UNSUPPORTED: the state does
   * not fit this version; the host rebuilds it by rendering again with the output discarded. */
  kato_status (*open)(const kato_host* host, const kato_sink_open_input* input,
                      kato_sink_instance** out);

  /* [worker] Destroys the instance. Never fails. NULL is allowed. */
  void (*close)(kato_sink_instance* self);

  /* [worker] render: writes the head of a new file; possibly nothing. Called at most once in the
   * life of a file, before the first append. Not called where the recording goes on in a file that
   * has content already: the host then makes sure that the content ends with a newline, and the
   * first append writes what separates its text from it. */
  kato_status (*begin)(kato_sink_instance* self, const kato_host* host,
                       const kato_bytes_writer* out);

  /* [worker] render: writes what the events add to the file. Events of kinds that it does not
   * show, or does not know, add nothing. KATO_OK, KATO_RETRY_LATER (nothing was taken),
   * KATO_FATAL. */
  kato_status (*append)(kato_sink_instance* self, const kato_host* host,
                        const kato_event_list* events, const kato_bytes_writer* out);

  /* [worker] render: `existing` are the first bytes of a file (its whole content up to 1 MiB) in
   * which a recording begins. If its head should change, sets *replaced_bytes to the head's length
   * in `existing` and writes the new head; else sets *replaced_bytes to 0 and writes nothing.
   * May be NULL: heads never change. */
  kato_status (*refresh_head)(kato_sink_instance* self, const kato_host* host, kato_bytes existing,
                              const kato_bytes_writer* out, uint64_t* replaced_bytes);

  /* [worker] render: calls out->state once with the state behind the last append. */
  kato_status (*save)(kato_sink_instance* self, const kato_host* host, const kato_blob_writer* out);

  /* [worker] deliver: hands events over, at least once, in order for each session. *delivery: set
   * with every status. KATO_OK: see acknowledged_seq. KATO_RETRY_LATER: again after
   * retry_after_ms. KATO_UNSUPPORTED: permanent for these events. KATO_FATAL: permanent for all. */
  kato_status (*deliver)(kato_sink_instance* self, const kato_host* host,
                         const kato_event_list* events, kato_delivery* delivery);

  /* [worker] deliver: returns when what was taken is acknowledged, or KATO_RETRY_LATER. */
  kato_status (*flush)(kato_sink_instance* self, const kato_host* host, kato_delivery* delivery);
} kato_sink_api;

#ifdef __cplusplus
}
#endif

#endif /* KATO_SINK_H */
