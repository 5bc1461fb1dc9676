// A convolution over three rows of an image whose channels are last, with a bias. A lane has a filter.
override WIDTH: u32;
override CHANNELS: u32;
override FILTERS: u32;
override PIXELS: u32 = 4; // of the result, by a workgroup

@group(0) @binding(0) var<storage, read> image: array<f32>;
@group(0) @binding(1) var<storage, read> weights: array<f32>; // [row][channel][filter]
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> result: array<f32>;

@compute @workgroup_size(FILTERS, PIXELS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) lane: vec3u) {
  let pixel = group.x * PIXELS + lane.y;
  var sum = bias[lane.x];
  for (var row = 0u; row < 3u; row++) {
    let start = (pixel + row * WIDTH) * CHANNELS;
    for (var channel = 0u; channel < CHANNELS; channel++) {
      sum += image[start + channel] * weights[(row * CHANNELS + channel) * FILTERS + lane.x];
    }
  }
  result[pixel * FILTERS + lane.x] = sum;
}
