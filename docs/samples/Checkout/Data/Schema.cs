using Npgsql;

namespace Checkout.Data;

/// <summary>The tables, made at start-up where they are missing, and three products to order.</summary>
public static class Schema
{
    private const string Tables = """
        CREATE TABLE IF NOT EXISTS products (
            sku text PRIMARY KEY, name text NOT NULL, price numeric(10, 2) NOT NULL, stock int NOT NULL CHECK (stock >= 0));
        CREATE TABLE IF NOT EXISTS orders (
            id uuid PRIMARY KEY, email text NOT NULL, status text NOT NULL, total numeric(10, 2) NOT NULL,
            charge_id text, tracking_code text, placed_at timestamptz NOT NULL DEFAULT now());
        CREATE TABLE IF NOT EXISTS order_lines (
            order_id uuid NOT NULL REFERENCES orders, sku text NOT NULL REFERENCES products,
            quantity int NOT NULL, unit_price numeric(10, 2) NOT NULL, PRIMARY KEY (order_id, sku));
        CREATE TABLE IF NOT EXISTS quotes (
            id uuid PRIMARY KEY, sku text NOT NULL REFERENCES products, currency text NOT NULL, amount numeric(10, 2) NOT NULL);
        CREATE TABLE IF NOT EXISTS receipts (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, order_id uuid NOT NULL REFERENCES orders,
            email text NOT NULL, body text NOT NULL, sent_at timestamptz);
        CREATE TABLE IF NOT EXISTS back_orders (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, sku text NOT NULL REFERENCES products,
            quantity int NOT NULL, asked_at timestamptz NOT NULL DEFAULT now());
        CREATE TABLE IF NOT EXISTS loyalty_accounts (email text PRIMARY KEY, points int NOT NULL);
        CREATE TABLE IF NOT EXISTS loyalty_entries (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL REFERENCES loyalty_accounts, points int NOT NULL);
        INSERT INTO products (sku, name, price, stock) VALUES
            ('kettle', 'Kettle', 39.90, 1000), ('teapot', 'Teapot', 24.50, 1000), ('cup', 'Cup', 6.00, 1000)
            ON CONFLICT (sku) DO NOTHING;
        """;

    public static async Task CreateAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand(Tables);
        await command.ExecuteNonQueryAsync();
    }
}
