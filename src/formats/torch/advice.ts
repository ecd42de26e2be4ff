/** What messages about PyTorch files advise. */

/** The line of Python that makes a file this library reads. */
export const SAVE_STATE_DICT = `Save the weights alone: torch.save(model.state_dict(), "model.pth").`;

export const DAMAGED = "The file is damaged or was cut short: copy or download it again.";
