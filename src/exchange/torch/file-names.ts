/** What the files of a network written for PyTorch are called. */

export const NETWORK_FILE = "network.py";
export const WEIGHTS_FILE = "weights.safetensors";
export const SAMPLES_FILE = "samples.safetensors";
