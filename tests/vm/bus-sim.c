// SPDX-License-Identifier: MIT OR GPL-2.0
// For the hardware cases: an I2C adapter that speaks plain I2C, with a chip of 256 registers at 0x42 and at 0x123 (10 bits), and an SPI
// controller whose data lines are tied together, with two chips. i2c-stub speaks SMBus only, and Debian's kernel has no such controller.
#include <linux/delay.h>
#include <linux/i2c.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/spi/spi.h>

static uint delay_ms, fail, transfers, messages;
module_param(delay_ms, uint, 0644);
MODULE_PARM_DESC(delay_ms, "how long each transfer takes");
module_param(fail, uint, 0644);
MODULE_PARM_DESC(fail, "the error number with which each transfer ends");
module_param(transfers, uint, 0644);
module_param(messages, uint, 0644);

static u8 registers[256], at;

static int i2c_transfer_all(struct i2c_adapter *adapter, struct i2c_msg *all, int count)
{
	int i, j;

	if (delay_ms)
		msleep(delay_ms);
	transfers++;
	messages += count;
	if (fail)
		return -(int)fail;
	for (i = 0; i < count; i++) {
		if (all[i].addr != (all[i].flags & I2C_M_TEN ? 0x123 : 0x42))
			return -ENXIO;
		if (all[i].flags & I2C_M_RD) {
			if (all[i].flags & I2C_M_RECV_LEN) {
				if (registers[at] > I2C_SMBUS_BLOCK_MAX)
					return -EPROTO;
				all[i].len += registers[at];
			}
			for (j = 0; j < all[i].len; j++)
				all[i].buf[j] = registers[at++];
		} else if (all[i].len) {
			at = all[i].buf[0];
			for (j = 1; j < all[i].len; j++)
				registers[at++] = all[i].buf[j];
		}
	}
	return count;
}

static u32 i2c_functions(struct i2c_adapter *adapter)
{
	return I2C_FUNC_I2C | I2C_FUNC_10BIT_ADDR | I2C_FUNC_SMBUS_EMUL_ALL;
}

static const struct i2c_algorithm algorithm = {
	.master_xfer = i2c_transfer_all,
	.functionality = i2c_functions,
};

static struct i2c_adapter adapter = {
	.owner = THIS_MODULE,
	.name = "bus-sim",
	.algo = &algorithm,
};

static int spi_transfer(struct spi_controller *controller, struct spi_device *device, struct spi_transfer *transfer)
{
	if (delay_ms)
		msleep(delay_ms);
	messages++;
	if (fail)
		return -(int)fail;
	if (transfer->rx_buf && transfer->tx_buf)
		memcpy(transfer->rx_buf, transfer->tx_buf, transfer->len);
	return 0;
}

static struct platform_device *parent;
static struct spi_controller *controller;

static int __init start(void)
{
	struct spi_board_info chip = { .modalias = "bk4", .max_speed_hz = 4000000 };
	int error;

	parent = platform_device_register_simple("bus-sim", -1, NULL, 0);
	if (IS_ERR(parent))
		return PTR_ERR(parent);
	adapter.dev.parent = &parent->dev;
	error = i2c_add_adapter(&adapter);
	if (error)
		goto no_adapter;

	error = -ENOMEM;
	controller = spi_alloc_master(&parent->dev, 0);
	if (!controller)
		goto no_controller;
	controller->bus_num = 0;
	controller->num_chipselect = 2;
	controller->mode_bits = SPI_MODE_X_MASK | SPI_LOOP;
	controller->bits_per_word_mask = SPI_BPW_MASK(8) | SPI_BPW_MASK(16);
	controller->max_speed_hz = 4000000;
	controller->transfer_one = spi_transfer;
	error = spi_register_controller(controller);
	if (error) {
		spi_controller_put(controller);
		goto no_controller;
	}
	for (chip.chip_select = 0; chip.chip_select < 2; chip.chip_select++)
		spi_new_device(controller, &chip);
	return 0;

no_controller:
	i2c_del_adapter(&adapter);
no_adapter:
	platform_device_unregister(parent);
	return error;
}

static void __exit stop(void)
{
	spi_unregister_controller(controller);
	i2c_del_adapter(&adapter);
	platform_device_unregister(parent);
}

module_init(start);
module_exit(stop);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Buses without wires");
